"""Screenshots of every page on desktop, phone and projector, light and dark: `make screenshots`, then open
var/screenshots/index.html. They are not compared automatically."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from shutil import rmtree

import django
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.bench.site import serving
from tests.browser.chromium import installed
from tests.served import ROOT

FOLDER = ROOT / "var" / "screenshots"
VIEWS = {"desktop": (1280, 800), "phone": (390, 844), "projector": (1280, 800)}
THEMES = ("light", "dark")


def paths() -> list[str]:
    """Return the paths of all pages, from the site in this process with the catalog of `make serve`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")
    django.setup()
    from django.test import Client

    from tests.browser.pages import pages

    return pages(Client(SERVER_NAME="localhost"))


def opened(browser: Browser, view: str, theme: str) -> BrowserContext:
    width, height = VIEWS[view]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
    if view == "projector":
        context.add_init_script("sessionStorage.setItem('projector', 'on')")
    return context


def shoot(page: Page, url: str, file: Path, whole: bool) -> None:
    page.goto(url)
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
    page.screenshot(path=file, full_page=whole)


def name(path: str) -> str:
    return path.strip("/").replace("/", "-") or "home"


def index(found: list[str]) -> str:
    """Return an HTML table with a row for each page, a column for each view and theme."""
    columns = [f"{view}-{theme}" for view in VIEWS for theme in THEMES]
    heads = "".join(f"<th scope=col>{column}" for column in columns)
    rows = (
        f"<tr><th scope=row>{escape(path)}"
        + "".join(f"<td><a href='{f}'><img loading=lazy src='{f}' alt='{f}'></a>" for f in _files(path, columns))
        for path in found
    )
    style = (
        "<style>body{font:14px sans-serif}img{width:15vw;max-height:20vw;object-fit:cover;object-position:top}</style>"
    )
    return (
        f"<!doctype html><meta charset=utf-8><title>Screenshots</title>{style}"
        f"<table><tr><td>{heads}{''.join(rows)}</table>"
    )


def _files(path: str, columns: list[str]) -> list[str]:
    return [f"{name(path)}-{column}.png" for column in columns]


def main() -> None:
    found = paths()
    rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with serving() as port, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=installed())
        for view, theme in ((view, theme) for view in VIEWS for theme in THEMES):
            context = opened(browser, view, theme)
            page = context.new_page()
            for path in found:
                file = FOLDER / f"{name(path)}-{view}-{theme}.png"
                # In a lecture hall only the first screen is visible.
                shoot(page, f"http://127.0.0.1:{port}{path}", file, whole=view != "projector")
            context.close()
            print(f"{view}, {theme}: {len(found)} pages")
        browser.close()
    (FOLDER / "index.html").write_text(index(found))
    print(FOLDER / "index.html")


if __name__ == "__main__":
    main()
