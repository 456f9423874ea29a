"""Measures the running site: server time of one update, bytes transferred, time from a slider to the redrawn chart."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from urllib.parse import urljoin

from tests.served import free_port, serve

PAGE = "/walls/roofline/"
UPDATES = 300


@contextmanager
def serving() -> Iterator[int]:
    """Run the server of `make serve` on a free port of this machine."""
    port = free_port()
    server = serve(port, os.environ, stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                get(connection(port), "/", {})
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait()


def connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port)


def get(to: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[dict[str, str], bytes]:
    to.request("GET", path, headers={"Accept-Encoding": "br, gzip", **headers})
    answer = to.getresponse()
    body = answer.read()
    assert answer.status == 200, f"{path}: {answer.status}"
    return dict(answer.getheaders()), body


def update_times(port: int) -> list[float]:
    """Return the seconds of warm updates over one connection, each with a new batch size and context."""
    to = connection(port)
    times = []
    for step in range(UPDATES + 50):
        start = time.perf_counter()
        get(to, f"{PAGE}?batch_size={1 + step}&context_length={step * 7}", {"HX-Request": "true"})
        times.append(time.perf_counter() - start)
    return times[50:]


def update_work() -> list[float]:
    """Return the CPU seconds of the same updates in this process, which do not depend on the load of the machine."""
    import django
    from django.test import Client

    django.setup()
    client = Client(SERVER_NAME="localhost", headers={"HX-Request": "true", "Accept-Encoding": "gzip"})
    times = []
    for step in range(UPDATES + 50):
        start = time.process_time()
        client.get(f"{PAGE}?batch_size={1 + step}&context_length={step * 7}")
        times.append(time.process_time() - start)
    return times[50:]


def wire(port: int) -> dict[str, int]:
    """Return the compressed bytes of a first visit with all assets, of one update and of a second visit."""
    to = connection(port)
    _, page = get(to, PAGE, {"Accept-Encoding": "identity"})
    assets = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode()))
    sizes, lasting = {}, 0
    for path in sorted(assets):
        headers, body = get(to, urljoin(PAGE, path), {})
        sizes[path] = len(body)
        lasting += "immutable" in headers.get("Cache-Control", headers.get("cache-control", ""))
    html = len(get(to, PAGE, {})[1])
    update = len(get(to, f"{PAGE}?batch_size=8", {"HX-Request": "true"})[1])
    return {
        "first visit": html + sum(sizes.values()),
        "of it assets": sum(sizes.values()),
        "one update": update,
        "second visit": html,
        "assets": len(assets),
        "assets cached for ever": lasting,
    }


def redraw_times(port: int) -> list[float]:
    """Return the seconds from a slider's move to the redrawn chart in a browser on this machine."""
    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import installed

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=installed(), args=["--disable-background-networking"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}{PAGE}")
        page.locator("[data-drawn]").first.wait_for()
        times = [
            page.evaluate(
                """key => new Promise(done => {
                    const plot = document.querySelector('[data-drawn]'), start = performance.now();
                    new MutationObserver((_, seen) => { seen.disconnect(); done(performance.now() - start); })
                        .observe(plot, {attributes: true, attributeFilter: ['data-drawn']});
                    const field = document.querySelector('[name=batch_size]');
                    field.value = key; field.dispatchEvent(new Event('input', {bubbles: true}));
                })""",
                str(step + 2),
            )
            / 1e3
            for step in range(30)
        ]
        browser.close()
    return times[5:]


def summary(times: list[float]) -> str:
    p95 = quantiles(times, n=20)[-1]
    return f"median {median(times) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms, worst {max(times) * 1e3:.1f} ms"


def report() -> None:
    with serving() as port:
        print("One update, server and loopback:", summary(update_times(port)))
        sizes = wire(port)
        for what in ("first visit", "of it assets", "one update", "second visit"):
            print(f"{what}: {sizes[what] / 1e3:.1f} kB")
        print(f"assets: {sizes['assets']}, of which cached for ever: {sizes['assets cached for ever']}")
        print("Slider to redrawn chart:", summary(redraw_times(port)))
    print("One update, processor time in one process:", summary(update_work()))


if __name__ == "__main__":
    sys.exit(report())
