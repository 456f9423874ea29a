"""Every wall, also a new one, works in a browser."""

import re

import pytest
from playwright.sync_api import expect

from mlsysweb.answer import answer
from solvers.errors import InputErrors
from solvers.fields import Input
from solvers.formatting import format_value
from solvers.quantities import to_input_text
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

POINTS = ".scatterlayer path.point, .scatterlayer path.js-line, .barlayer .point path"


def headline(solver, text):
    values = answer(solver, text).values
    return [format_value(values[name]) for name in solver.headline]


def a_change(solver):
    """Return a field, a text for it that changes a headline output, and the resulting headline."""
    before = headline(solver, {})
    for name, text in candidates(solver):
        try:
            after = headline(solver, {name: text})
        except InputErrors:
            continue
        if after != before:
            return name, text, after
    raise AssertionError(f"no number of {solver.name} moves its headline")


def candidates(solver):
    for name, io in solver.inputs.items():
        if isinstance(io, Input) and not io.advanced:
            middle = (io.slider[0] + io.slider[1]) / 2
            for value in (2 * io.default, io.default / 2, round(middle) if io.integer else middle):
                yield name, to_input_text(round(value) if io.integer else value, io.unit, io.display_unit)


# All in one browser window with one loading of the catalog: separately they take three times as long.
def test_each_draws_its_figures_and_answers_a_changed_input(page, live_server, console, subtests):
    for name, solver in solvers().items():
        with subtests.test(wall=name):
            draws_and_answers(page, f"{live_server.url}/walls/{name}/", headline(solver, {}), *a_change(solver))
            heard, console.complaints = console.unexpected, []
            assert not heard


def test_each_shows_its_figures_and_takes_a_change_without_javascript(browser, live_server, subtests):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for name, solver in solvers().items():
        with subtests.test(wall=name):
            shows_and_takes(page, f"{live_server.url}/walls/{name}/", *a_change(solver))
    context.close()


def draws_and_answers(page, url, before, name, text, after):
    page.goto(url)
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0, timeout=20_000)
    for plot in page.locator(".plot").all():
        assert plot.locator(POINTS).count() > 0
    cards = page.locator("#result .card dd:not(.band)")
    expect(cards).to_have_text(before)
    page.locator(f"#in-{name}").fill(text)
    expect(cards).to_have_text(after)
    expect(page).to_have_url(re.compile(rf"[?&]{name}="))


def shows_and_takes(page, url, name, text, after):
    page.goto(url)
    expect(page.locator("#result .verdict")).to_be_visible()
    for table in page.locator("#result .figure details").all():
        table.locator("summary").click()
        expect(table.locator("tbody tr").first).to_be_visible()
    page.locator(f"#in-{name}").fill(text)
    page.locator("#inputs button[type=submit]").first.click()
    expect(page.locator("#result .card dd:not(.band)")).to_have_text(after)


def test_every_wall_has_a_picture():
    assert [name for name, solver in solvers().items() if not solver.figures] == []
