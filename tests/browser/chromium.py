"""Finds the browser for the tests; `python tests/browser/chromium.py` installs one if there is none.

The Makefile runs it, conftest.py imports `installed`.
"""

import os
import shutil
import subprocess
import sys

# The headless shell draws the same pages for two thirds of the processor time: it has no window to compose.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MISSING = """\
The browser tests need Chrome or Chromium, and there is none here.
Install one (Debian: apt-get install chromium-headless-shell),
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


def from_debian() -> None:
    """Install the headless shell, or Chromium where a release of Debian or Ubuntu has no such package."""
    apt = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
    subprocess.run(["apt-get", "update", "-qq"])
    if subprocess.run([*apt, "chromium-headless-shell"]).returncode and not installed():
        subprocess.run([*apt, "chromium"])


def install() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0 and "CHROMIUM_PATH" not in os.environ:
        from_debian()
    if not installed() and not downloaded():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])


if __name__ == "__main__":
    if not shutil.which(NAMES[0]):
        install()
    if not installed() and not downloaded():
        sys.exit(MISSING)
