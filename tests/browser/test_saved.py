"""Saved scenarios in a browser: edited, forked, deleted and restored, found, compared, printed, embedded."""

import io
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from solvers.registry import solvers
from tests.browser.test_accessibility import violations
from tests.browser.test_chart_layout import IN_VIEW
from tests.mlsysweb.saved.savable import QUESTIONS

pytestmark = pytest.mark.usefixtures("catalog")


def save(page, live_server, address, title=""):
    page.goto(f"{live_server.url}{address}")
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_label("Scenario name").fill(title)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/s/*/")
    return page.url


def test_an_update_is_what_is_saved(page, live_server):
    page.goto(f"{live_server.url}/walls/roofline/")
    page.locator("#in-batch_size").fill("148")
    expect(page.locator("#result .verdict")).to_contain_text("Compute-bound")
    page.get_by_role("button", name="Share", exact=True).click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/s/*/")
    expect(page.locator("#result .verdict")).to_contain_text("Compute-bound")


def test_title_and_notes_are_written_and_a_slip_is_told(page, live_server, console):
    console.allow("422")
    save(page, live_server, "/walls/roofline/")
    page.get_by_text("Details and sharing").click()
    page.get_by_label("Title").fill("")
    page.get_by_label("Notes (Markdown)").fill("## Why\n\nBecause of **memory**.")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator("#edit-title-error")).to_contain_text("needs at least a word")
    page.get_by_label("Title").fill("Where it turns")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Where it turns")).to_be_visible()
    expect(page.locator(".notes strong")).to_have_text("memory")


def test_a_stranger_reads_and_forks_to_change(page, new_context, live_server):
    link = save(page, live_server, "/walls/roofline/?batch_size=8", "Theirs")
    context = new_context()
    stranger = context.new_page()
    stranger.goto(link)
    expect(stranger.get_by_text("Details and sharing")).to_have_count(0)
    stranger.get_by_role("button", name="Copy and edit").click()
    stranger.locator("#in-batch_size").fill("148")
    expect(stranger.locator("#result .verdict")).to_contain_text("Compute-bound")
    stranger.get_by_role("button", name="Share", exact=True).click()
    stranger.get_by_role("button", name="Save as version 2").click()
    expect(stranger.get_by_role("navigation", name="Versions")).to_contain_text("Version 2")
    expect(stranger.locator(".overline")).to_contain_text("forked from Theirs, version 1")


def test_deleted_comes_back_with_one_press(page, live_server):
    link = save(page, live_server, "/walls/roofline/", "Soon gone")
    page.get_by_text("Details and sharing").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Soon gone is deleted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(link)


def test_the_list_narrows_as_one_types(page, live_server):
    save(page, live_server, "/walls/roofline/", "Decode")
    save(page, live_server, "/walls/serving/", "Paging")
    page.goto(f"{live_server.url}/s/")
    expect(page.locator("#list li")).to_have_count(2)
    page.get_by_label("Search", exact=True).fill("pag")
    expect(page.locator("#list li")).to_have_count(1)
    expect(page.locator("#list")).to_contain_text("Paging")


def test_two_are_compared_and_why_is_drawn(page, live_server):
    save(page, live_server, "/walls/roofline/?batch_size=8", "Small")
    save(page, live_server, "/walls/roofline/?batch_size=256&accelerator=a100-sxm4-80gb", "Large")
    page.get_by_role("link", name="Compare", exact=True).click()
    page.get_by_label("Small").check()
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#plot-roofline-0 .scatterlayer path").first).to_be_attached()
    page.get_by_label("Why do they differ in").select_option("Latency")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator("#why .verdict")).to_contain_text("Most of the difference is due to")
    expect(page.locator("#plot-why-0 .barlayer .point").first).to_be_attached()


def test_compared_on_a_phone_nothing_runs_over_the_edge(page, live_server):
    ids = [save(page, live_server, f"/walls/roofline/?batch_size={k}").split("/")[4] for k in (8, 64)]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/s/compare/?of={','.join(ids)}&output=latency")
    expect(page.locator("#plot-why-0 .barlayer .point").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_compared_on_a_phone_long_names_of_lines_stand_in_a_legend_not_over_the_titles(page, live_server):
    title = "The same long name of a scenario, batch size"
    ids = [save(page, live_server, f"/walls/serving/?concurrency={k}", f"{title} {k}").split("/")[4] for k in (8, 64)]
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/s/compare/?of={','.join(ids)}")
    plot = page.locator(".plot:has(.scatterlayer)").first
    expect(plot.locator(".legend .traces")).to_have_count(2)
    expect(plot.locator(".annotation-text", has_text="same long name")).to_have_count(0)


def test_on_a_projector_a_line_says_what_was_asked_and_the_chart_is_in_view(page, live_server):
    page.set_viewport_size({"width": 1280, "height": 720})
    save(page, live_server, "/walls/serving/?concurrency=64&precision=fp8")
    page.evaluate("sessionStorage.setItem('projector', 'on')")
    page.reload()
    expect(page.locator("#input-list dl").first).to_be_in_viewport()
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
    assert page.evaluate(IN_VIEW) >= 0.55


def test_on_a_phone_the_first_screen_has_the_verdict_the_chart_and_the_button_to_edit(page, live_server):
    page.set_viewport_size({"width": 390, "height": 844})
    save(page, live_server, "/walls/serving/?concurrency=64&precision=fp8")
    page.reload()
    for each in (page.get_by_role("link", name="Edit", exact=True), page.locator(".verdict")):
        expect(each).to_be_in_viewport(ratio=1)
    expect(page.locator(".plot").first).to_be_in_viewport(ratio=0.25)


@pytest.mark.parametrize("form", ["PNG", "SVG"])
def test_a_kept_chart_is_had_as_a_picture(page, live_server, form):
    save(page, live_server, "/walls/roofline/")
    expect(page.locator(".plot").first).to_have_attribute("data-drawn", "1")
    with page.expect_download() as caught:
        page.get_by_role("button", name=f"{form} of Roofline").click()
    assert caught.value.suggested_filename.endswith(form.lower())


@pytest.mark.parametrize(
    "wall", sorted(set(solvers()) & {"roofline", "serving", "tco", "parallelism", "sustainability"})
)
def test_on_paper_it_is_one_page(page, live_server, wall):
    link = save(page, live_server, f"/walls/{wall}/")
    page.goto(f"{link}print/")
    expect(page.locator(".plot").first).to_have_attribute("data-drawn", "1")
    assert page.locator(".plot").first.bounding_box()["height"] > 150
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(pdf.pages) == 1
    assert page.locator("h1").inner_text()[:12] in pdf.pages[0].extract_text()


# One saving for all that is checked of it: saving by hand takes two visits, and each visit a second.
@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_page_over_many_walls_is_drawn_from_what_was_kept_and_breaks_no_rule(page, live_server, name, subtests):
    link = save(page, live_server, QUESTIONS[name])
    expect(page.locator(".snapshot .verdict, .snapshot .chain").first).to_be_visible()
    expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
    expect(page.locator(".snapshot form")).to_have_count(0)
    for path in ("", "embed/", "v/1/drift/", "print/"):
        page.goto(f"{link}{path}")
        if path == "print/":
            with subtests.test("one page on paper"):
                expect(page.locator(".plot:not([data-drawn])")).to_have_count(0)
                pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
                assert len(pdf.pages) == 1
                assert "Inputs" in pdf.pages[0].extract_text()
        else:
            for width in (390, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                with subtests.test("nothing runs over the edge", path=path, width=width):
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.set_viewport_size({"width": 1280, "height": 720})
        with subtests.test("no rule of accessibility is broken", path=path):
            found = violations(page)
            assert not found, "\n".join(found)
        page.emulate_media(color_scheme="light")


def test_the_kept_map_is_read_and_picks_nothing(page, live_server):
    link = save(page, live_server, QUESTIONS["geography"])
    country = page.locator("#world path[data-iso='BRA']")
    country.hover()
    expect(page.locator("#world-label")).to_contain_text("Brazil")
    country.click()
    expect(page).to_have_url(link)


COURSE = """<!doctype html><title>Course</title><iframe src="{url}" width="600" height="100" title="x"></iframe><script>
addEventListener("message", ({data}) => { if (data.mlsysweb) document.querySelector("iframe").height = data.height; });
</script>"""


@pytest.fixture
def course_page():
    """A second site, on a port of its own, that serves a given page."""
    served = {}

    class Course(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(served["page"].encode())

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Course)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", served
    server.shutdown()


def test_a_course_page_frames_it_and_hears_its_height(page, live_server, console, course_page):
    address, served = course_page
    console.allow(address)
    link = save(page, live_server, "/walls/roofline/", "Framed")
    served["page"] = COURSE.replace("{url}", f"{link}embed/")
    page.goto(address)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("link", name="Framed")).to_be_visible()
    expect(frame.locator(".plot")).to_have_attribute("data-drawn", re.compile("[1-9]"))
    expect(frame.locator(".plot svg.main-svg").first).to_be_visible()
    expect(page.locator("iframe")).not_to_have_attribute("height", "100")


def test_without_a_script_one_saves_writes_and_finds(browser, live_server):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    save(page, live_server, "/walls/roofline/?batch_size=8", "By hand")
    page.get_by_text("Details and sharing").click()
    page.get_by_label("Tags, with commas between").fill("week 3")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_label("Tags", exact=True)).to_contain_text("week 3")
    page.goto(f"{live_server.url}/s/")
    page.get_by_label("Search", exact=True).fill("week")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#list")).to_contain_text("By hand")
    context.close()
