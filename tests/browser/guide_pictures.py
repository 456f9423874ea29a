"""The pictures of the instructor guide, in docs/pictures, of a class that is given a lesson. `make screenshots` takes
them again."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bench.site import serving
from tests.browser.chromium import installed
from tests.served import ROOT

FOLDER = ROOT / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
COLOURS = 128  # of a picture: few enough that the repository stays small


def opened(browser: Browser, size: dict[str, int]) -> Page:
    return browser.new_context(viewport=size, color_scheme="light").new_page()


def shoot(page: Page, name: str) -> None:
    """Take a picture of the first screen, once its charts are drawn."""
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    _reduce(file)


def _reduce(file: Path) -> None:
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)


def begin(presenter: Page, site: str) -> str:
    """Start a class and go to its first question. Return its code."""
    presenter.goto(f"{site}/lessons/")
    shoot(presenter, "lessons")
    presenter.get_by_role("button", name="Start a class").first.click()
    opening = presenter.get_by_role("button", name="Open voting")
    while not opening.count():
        before = presenter.locator("h1").inner_text()
        presenter.get_by_role("button", name="Next screen").click()
        expect(presenter.locator("h1")).not_to_have_text(before)
    opening.click()
    presenter.get_by_role("button", name="Close voting").wait_for()
    return presenter.locator(".class-code").inner_text()


def join(browser: Browser, site: str, code: str) -> Page:
    """Return the page of a student who has joined."""
    student = opened(browser, PHONE)
    student.goto(f"{site}/class/{code}/")
    student.get_by_role("button", name="Join").click()
    student.locator(".answer-form").wait_for()
    return student


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with serving() as port, sync_playwright() as driver:
        site = f"http://127.0.0.1:{port}"
        browser = driver.chromium.launch(executable_path=installed())
        presenter, projector = opened(browser, DESKTOP), opened(browser, DESKTOP)
        code = begin(presenter, site)
        student = join(browser, site, code)
        student.locator(".question-box").first.evaluate("box => scrollTo(0, box.offsetTop - 20)")
        shoot(student, "phone")
        projector.goto(f"{site}/class/{code}/projector/")
        shoot(projector, "projector")
        expect(presenter.get_by_text("1 joined")).to_be_visible()
        presenter.get_by_role("button", name="Close voting").click()
        presenter.get_by_text("All screens").click()
        shoot(presenter, "presenter")
        presenter.get_by_text("End or delete the session").click()
        presenter.get_by_role("button", name="Delete the session").click()
        wall = opened(browser, DESKTOP)
        wall.add_init_script("sessionStorage.setItem('projector', 'on')")
        wall.goto(f"{site}/walls/roofline/?batch_size=32")
        shoot(wall, "presentation")
        browser.close()
    print(FOLDER)


if __name__ == "__main__":
    main()
