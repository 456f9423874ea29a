"""The bundled Plotly draws each of its traces under the site's content policy; see static/vendor/plotly-4.1.1."""

import pytest
from django.http import HttpResponse
from django.urls import path
from playwright.sync_api import expect

DRAW = """
const figure = JSON.parse(document.getElementById('figure').textContent);
const plot = document.getElementById('plot');
Plotly.react(plot, figure.data, figure.layout).then(() => { plot.dataset.drawn = '1'; });
"""
EVAL = """
const root = document.documentElement;
try { new Function('return 1')(); root.dataset.eval = 'allowed'; } catch { root.dataset.eval = 'blocked'; }
"""
FIGURE = """{
"data": [
  {"type": "scatter", "name": "roof", "x": [0.1, 295, 10000], "y": [3.35e11, 9.89e14, 9.89e14]},
  {"type": "scatter", "name": "decode", "mode": "markers", "x": [1, 8], "y": [3.3e12, 2.7e13]},
  {"type": "bar", "x": ["memory", "compute"], "y": [4.8, 0.03], "xaxis": "x2", "yaxis": "y2"}],
"layout": {
  "xaxis": {"type": "log", "title": {"text": "FLOP per byte"}, "domain": [0, 0.6]},
  "yaxis": {"type": "log", "title": {"text": "FLOP/s"}},
  "xaxis2": {"domain": [0.7, 1]}, "yaxis2": {"anchor": "x2"},
  "annotations": [{"x": 2.47, "y": 14.995, "text": "ridge at 295", "showarrow": true}]}
}"""
PAGE = f"""<!doctype html><html lang="en"><title>bundle</title><link rel="icon" href="data:,">
<link id="plotly.js-style-global" class="no-inline-styles" rel="stylesheet"
  href="/static/vendor/plotly-4.1.1/plotly.css">
<script src="/static/vendor/plotly-4.1.1/plotly.min.js" defer></script><script src="/draw.js" defer></script>
<script type="application/json" id="figure">{FIGURE}</script><div id="plot" style="height: 400px"></div></html>"""

urlpatterns = [
    path("", lambda request: HttpResponse(PAGE)),
    path("eval", lambda request: HttpResponse('<link rel="icon" href="data:,"><script src="/eval.js" defer></script>')),
    path("eval.js", lambda request: HttpResponse(EVAL, content_type="text/javascript")),
    path("draw.js", lambda request: HttpResponse(DRAW, content_type="text/javascript")),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def drawn(page, live_server):
    page.goto(live_server.url)
    expect(page.locator("#plot")).to_have_attribute("data-drawn", "1")
    return page


def test_draws_scatter_bar_and_annotation_without_a_violation(drawn):
    expect(drawn.locator("#plot .scatterlayer .trace")).to_have_count(2)
    expect(drawn.locator("#plot .barlayer .point")).to_have_count(2)
    expect(drawn.locator("#plot .annotation-text")).to_have_text("ridge at 295")


def test_hover_and_modebar_are_styled_without_a_style_element(drawn):
    drawn.locator("#plot .nsewdrag").first.hover()
    expect(drawn.locator("#plot .modebar")).to_have_css("position", "absolute")
    expect(drawn.locator("head style")).to_have_count(0)


def test_eval_is_blocked_and_heard(page, live_server, console):
    console.allow("eval")
    page.goto(f"{live_server.url}/eval")
    expect(page.locator("html")).to_have_attribute("data-eval", "blocked")
    assert any("content policy: script-src eval" in said for said in console.complaints)
