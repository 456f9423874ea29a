"""Runs axe-core on every page: the part of WCAG 2.2 AA that can be tested automatically. Keyboard use still needs a
manual test. Saved pages over many walls are in `test_saved.py`."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from tests.browser.pages import pages

pytestmark = pytest.mark.usefixtures("catalog")

VENDOR = Path(__file__).parent / "vendor"
AXE = (VENDOR / "axe-core-4.14.1" / "axe.min.js").read_text()
ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# The document is the same in dark mode; only the colour rules run again.
RULES_OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """async (runOnly) => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
    const { violations } = await axe.run({ runOnly });
    return violations.map(({ id, nodes: [{ target, failureSummary }, ...more] }) =>
        `${id}: ${target.join(" ")} and ${more.length} more (${failureSummary.replace(/\\s+/g, " ")})`);
}"""


def violations(page):
    """Return a line for each violated rule, light or dark, with the first element that violates it."""
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
    page.evaluate(AXE)
    found = []
    for theme, rules in (("light", ALL_RULES), ("dark", RULES_OF_COLOUR)):
        page.emulate_media(color_scheme=theme)
        found += [f"{theme}: {broken}" for broken in page.evaluate(RUN, rules)]
    return found


def test_no_page_breaks_a_rule(page, live_server, client, subtests):
    for path in pages(client):
        with subtests.test(path=path):
            page.goto(live_server.url + path)
            found = violations(page)
            assert not found, "\n".join(found)


def test_a_table_of_the_catalog_and_a_row_break_no_rule(page, live_server, subtests):
    compared = "?compare=h100-sxm5-80gb,mi300x&columns=vendor,tdp,source,note"
    for path in ("accelerators/", f"accelerators/{compared}", "accelerators/h100-sxm5-80gb/", "grids/france/"):
        with subtests.test(path=path):
            page.goto(f"{live_server.url}/catalog/{path}")
            found = violations(page)
            assert not found, "\n".join(found)


def test_the_reference_of_the_api_and_the_page_of_tokens_break_no_rule(page, live_server, subtests, client):
    user = User.objects.create_user("ada")
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    for path in ("api/", "api/reference/solve-json/", "api/reference/revise-scenario/", "accounts/tokens/"):
        with subtests.test(path=path):
            page.goto(f"{live_server.url}/{path}")
            found = violations(page)
            assert not found, "\n".join(found)
    page.get_by_label("Name").fill("Homework")
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_role("heading", name="Token “Homework”")).to_be_visible()
    assert not violations(page)


def test_a_page_with_a_wrong_input_breaks_no_rule(page, live_server, console):
    console.allow("422")
    page.goto(f"{live_server.url}/walls/roofline/?batch_size=-1&accelerator=none")
    assert not violations(page)


def test_a_saved_answer_breaks_no_rule(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/s/*/")
    assert not violations(page)


def test_what_is_made_of_saved_answers_breaks_no_rule(page, live_server, subtests):
    ids = []
    for batch in (8, 256):
        page.goto(f"{live_server.url}/walls/roofline/?batch_size={batch}")
        page.get_by_role("button", name="Share", exact=True).click()
        page.get_by_role("button", name="Save").click()
        page.wait_for_url("**/s/*/")
        ids.append(page.url.split("/")[4])
    compared = f"compare/?of={','.join(ids)}&output=latency"
    for path in ("", compared, f"{ids[0]}/qr/", f"{ids[0]}/print/", f"{ids[0]}/embed/", f"{ids[0]}/v/1/drift/"):
        with subtests.test(path=path):
            page.goto(f"{live_server.url}/s/{path}")
            found = violations(page)
            assert not found, "\n".join(found)


def test_what_breaks_a_rule_is_found(page, live_server):
    page.goto(f"{live_server.url}/poster/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input id=nameless>')")
    assert [broken for broken in violations(page) if broken.startswith("light: label: #nameless")]


def test_a_colour_too_faint_is_found_in_the_dark_alone(page, live_server):
    page.goto(f"{live_server.url}/poster/")
    faint = "@media (prefers-color-scheme: dark) { main * { color: #333 !important; background: #222 !important } }"
    page.evaluate(
        """(faint) => {
            const rules = new CSSStyleSheet();
            rules.replaceSync(faint);
            document.adoptedStyleSheets = [rules];
        }""",
        faint,
    )
    assert [broken.split(":")[:2] for broken in violations(page)] == [["dark", " color-contrast"]]


def test_axe_is_the_one_listed():
    assert hashlib.sha256(AXE.encode()).hexdigest() in (VENDOR / "README.md").read_text()
