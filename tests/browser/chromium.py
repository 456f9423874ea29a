"""Finds the browser for the tests; `python tests/browser/chromium.py` installs one if there is none.

The Makefile runs it, conftest.py imports `installed`.
"""

import os
import shutil
import subprocess
import sys

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MISSING = """\
The browser tests need Chrome or Chromium, and there is none here. Install one (Debian: apt-get install chromium),
or name yours: CHROMIUM_PATH=/path/to/chrome make test"""


def starts(program: str) -> bool:
    """Return whether a program starts: Ubuntu's `chromium-browser` may only print how to install it."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def installed() -> str | None:
    """Return the path of a browser on this machine; None lets Playwright use its own."""
    if named := os.environ.get("CHROMIUM_PATH"):
        return named
    return next((path for name in NAMES if (path := shutil.which(name)) and starts(path)), None)


def downloaded() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return os.path.exists(playwright.chromium.executable_path)


def install() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"])
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
        if installed():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])


if __name__ == "__main__":
    if not installed() and not downloaded():
        install()
        if not installed() and not downloaded():
            sys.exit(MISSING)
