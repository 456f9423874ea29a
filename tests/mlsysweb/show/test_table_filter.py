from dataclasses import replace

from mlsysweb.pages.geography.page import PlaceRow
from mlsysweb.pages.spectrum.device_rows import device_rows
from mlsysweb.pages.spectrum.page import DeviceRow, DeviceTable
from mlsysweb.pages.walls.page import SolveForOption
from mlsysweb.show.cached_include import cached_include
from mlsysweb.show.measurements.page import MeasuredRow
from mlsysweb.show.results.page import Card, FigureOrigin, Link, WorkingStep
from mlsysweb.show.results.table_filter import (
    card_rows,
    headed_rows,
    header_cells,
    headline_cards,
    measured_rows,
    option_elements,
    table_rows,
    working_steps,
)


def place(name, url):
    return PlaceRow(Link(name, url), "mix", "1", "2", "3", "4", "5 & 6")


def test_the_cells_of_a_table_are_escaped():
    assert table_rows([("a<b", "c")]) == "<tr><td>a&lt;b</td><td>c</td></tr>"


def test_a_row_may_be_shorter_than_others_and_a_cell_may_have_any_character():
    assert table_rows([("a", "4 ms"), ("b\x1fc",), ("",)]) == (
        "<tr><td>a</td><td>4\u00a0ms</td></tr>\n<tr><td>b\x1fc</td></tr>\n<tr><td></td></tr>"
    )
    assert table_rows([]) == "" and table_rows([()]) == "<tr><td></td></tr>"


def test_the_heading_of_a_row_is_a_link_where_it_has_an_address():
    linked, plain = headed_rows([place("Côte <d'Ivoire>", "/?a=1&b=2"), place("Iowa", "")]).split("\n")
    heading = '<a href="/?a=1&amp;b=2">Côte &lt;d&#x27;Ivoire&gt;</a>'
    assert linked.startswith(f'<tr><th scope="row">{heading}</th><td>mix</td>')
    assert plain.startswith('<tr><th scope="row">Iowa</th>') and plain.endswith("<td>5 &amp; 6</td></tr>")


def test_an_output_has_its_help_where_there_is_one_and_links_its_terms():
    told, plain = card_rows(
        [Card("mfu", "MFU", "<0.01 %", "Share & more.", ""), Card("x", "Cost", "$1", "", "")]
    ).split("\n")
    assert 'class="term"' in told and "<dd>&lt;0.01\u00a0%</dd>" in told
    assert told.endswith('<dd class="help">Share &amp; more.</dd></div>')
    assert plain == '<div class="row"><dt>Cost</dt><dd>$1</dd></div>'


def test_a_step_keeps_its_formulae_and_escapes_its_words():
    step = WorkingStep("a<b", "<math>x</math>", "<math>1</math>", "2 & 3")
    told = working_steps([step])
    assert "<span>a&lt;b</span>" in told and "<math>x</math> <span>=</span> <math>1</math>" in told
    assert "= 2 &amp; 3" in told


def test_text_of_imported_results_stays_text_in_every_place():
    nasty = '<img src=x onerror="alert(1)">\'"'
    origin = FigureOrigin(nasty, nasty, nasty, nasty, nasty)
    cards = [
        Card("a", nasty, nasty, nasty, ""),
        Card("b", nasty, nasty, nasty, "", equation=nasty),
        Card("c", nasty, nasty, nasty, "", figure=nasty),
    ]
    told = [
        card_rows(cards),
        working_steps([WorkingStep(nasty, "", "", nasty, nasty, (origin,))]),
        table_rows([(nasty,)]),
        headed_rows([PlaceRow(Link(nasty, nasty), *[nasty] * 6)]),
        headline_cards([Card("a", nasty, nasty, nasty, "", band=nasty, band_of=nasty)]),
        device_rows(DeviceTable("misses", "", True, True, (DeviceRow(*[nasty] * 13),), None)),
        cached_include("shared/_figure_caption.html", id=nasty, title=nasty),
    ]
    for html in told:
        assert "<img" not in html and 'onerror="' not in html and "&lt;img" in html


def test_a_headline_figure_has_the_interval_of_measurements_where_there_is_one():
    told, plain = headline_cards(
        [Card("x", "Cost", "$1", "Per hour.", "", band="$1–2", band_of="8 rows"), Card("y", "Power", "4 W", "", "")]
    ).split("\n")
    assert told == (
        '<div class="card" title="Per hour."><dt>Cost</dt><dd>$1</dd>'
        '<dd class="band" title="8 rows">90 % interval: <span>$1–2</span></dd></div>'
    )
    assert plain.startswith('<div class="card"><dt>') and plain.endswith("<dd>4\u00a0W</dd></div>")


def test_a_device_has_the_columns_of_its_table():
    row = DeviceRow("Chip", "", "Edge", "4 W", "$1", "2 ms", "8 mJ", "SRAM", "memory", "memory", "too slow", "", "")
    marked = replace(row, url="/a/?b=1", battery="/c/", marked="smallest")
    ran = device_rows(DeviceTable("meets", "", True, True, (row, marked), None)).split("\n")
    assert ran[0].startswith('<tr><th scope="row">Chip</th><td>Edge</td>') and ran[0].endswith("<td></td></tr>")
    assert ran[1].startswith(
        '<tr data-marked="smallest"><th scope="row"><a href="/a/?b=1">Chip</a> <span class="badge">'
    )
    assert 'aria-label="Compute battery life with Chip"' in ran[1] and "too slow" not in ran[1]
    other = device_rows(DeviceTable("unknown", "", False, False, (row,), None))
    assert other.endswith('<td>$1</td><td class="why">too slow</td></tr>') and "2 ms" not in other


def test_an_unknown_origin_does_not_read_as_an_unknown_figure():
    figure = FigureOrigin("Thermal design power", "1 kW", "NVIDIA B200", "", "unknown")
    told = working_steps([WorkingStep("Mean power", "", "", "256 kW", "", (figure,))])
    assert "Thermal design power of NVIDIA B200 (origin: unknown)" in told


def test_the_names_of_columns_are_escaped():
    assert header_cells(("a<b", "c")) == '<th scope="col">a&lt;b</th><th scope="col">c</th>'


def test_an_option_says_its_value_where_it_has_one():
    assert option_elements([SolveForOption("mfu", "MFU & more", "<0.01 %"), SolveForOption('a"b', "Batch")]) == (
        '<option value="mfu">MFU &amp; more, now &lt;0.01 %</option><option value="a&quot;b">Batch</option>'
    )


def test_a_measurement_names_its_source_and_marks_a_prediction_that_is_far_off():
    source = Link("MLPerf & more", "https://example.org/?a=1&b=2")
    row = MeasuredRow("batch 8 <long>", "ITL", "h100", "4 ms", "9 ms", "2.25×", True, source)
    assert measured_rows([row]) == (
        "<li>batch 8 &lt;long&gt;: ITL 4\u00a0ms, predicted 9\u00a0ms "
        '<b data-kind="danger">(2.25×)</b>, <a href="https://example.org/?a=1&amp;b=2" rel="noopener" '
        'aria-label="MLPerf &amp; more: batch 8 &lt;long&gt;, ITL">MLPerf &amp; more</a></li>'
    )
    near = MeasuredRow("batch 8", "ITL", "h100", "4 ms", "5 ms", "1.25×", False, source)
    assert "<b>(1.25×)</b>" in measured_rows([near]) and measured_rows([row, near]).count("<li>") == 2
    alone = MeasuredRow("batch 8", "ITL", "h100", "4 ms", "", "", False, source)
    assert measured_rows([alone]).startswith("<li>batch 8: ITL 4\u00a0ms, <a href=")
