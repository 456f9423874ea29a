"""A browser for the tests, and a watch on it: `page` is pytest-playwright's, `console` hears what it complains of."""

from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import MISSING, downloaded, installed

# Without these Chromium calls home at every start, which a closed network answers with a pile of refusals.
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = installed()
    if path is None and not downloaded():
        pytest.exit(MISSING, returncode=1)
    return {**browser_type_launch_args, "executable_path": path, "args": QUIET}


def said(message) -> str:
    return f"{message.text} ({message.location['url']})"


class Console:
    """What the browser complained of: errors, blocked content, requests to another host."""

    def __init__(self, home: str) -> None:
        self.home = urlsplit(home).netloc
        self.allowed: list[str] = []
        self.complaints: list[str] = []

    def allow(self, text: str) -> None:
        """A complaint containing this is expected; an answer 422 counts as one for the browser."""
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
    """Fails the test in which the browser complains of anything not allowed."""
    heard = Console(live_server.url)
    heard.watch(context)
    yield heard
    assert not heard.unexpected
