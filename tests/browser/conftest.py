"""Browser fixtures: `page` is pytest-playwright's, `console` collects the errors of the browser."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import MISSING, downloaded, installed

# Two workers, each with a server and a browser, share two cores in CI: an answer may take seconds there.
expect.set_options(timeout=15_000)

# Without these Chromium connects to Google at every start, which fails in a closed network.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = installed()
    if path is None and not downloaded():
        pytest.exit(MISSING, returncode=1)
    return {**browser_type_launch_args, "executable_path": path, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Ask for no motion, as a reader can: drawing lines on their way takes as long again as the rest of a visit. The
    test of the motion itself asks for it."""
    return {**browser_context_args, "reduced_motion": "reduce"}


def said(message) -> str:
    return f"{message.text} ({message.location['url']})"


class Console:
    """Errors of the browser: console errors, blocked content, requests to another host."""

    def __init__(self, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.allowed: list[str] = []
        self.complaints: list[str] = []

    def allow(self, text: str) -> None:
        """Allow errors that contain this text; a response with status 422 is one for the browser."""
        self.allowed.append(text)

    def watch(self, context) -> None:
        context.on("console", lambda message: message.type == "error" and self.hear(said(message)))
        context.on("weberror", lambda event: self.hear(str(event.error)))
        context.on("request", self.hear_request)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', event => console.error("
            "'content policy: ' + event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))"
        )

    def hear(self, complaint: str) -> None:
        self.complaints.append(complaint)

    def hear_request(self, request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https", "ws", "wss"} and url.netloc != self.home:
            self.hear(f"request to another host: {request.url}")

    @property
    def unexpected(self) -> list[str]:
        return [heard for heard in self.complaints if not any(text in heard for text in self.allowed)]


@pytest.fixture(autouse=True)
def console(context, live_server):
    """Fail the test if the browser reports an error that is not allowed."""
    heard = Console(live_server.url)
    heard.watch(context)
    yield heard
    assert not heard.unexpected
