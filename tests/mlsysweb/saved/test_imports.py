"""Every view can show an imported document; other documents are refused quickly, with a few short sentences."""

import html
import json
import random
import re

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.table_cache import catalog_table
from mlsysweb.saved.exports.answer_checks import answer_problems
from mlsysweb.saved.exports.checks import SCHEMA, problems
from mlsysweb.saved.exports.document import read
from mlsysweb.saved.scenarios.models import Scenario
from mlsysweb.show.results.working import in_symbols
from solvers.fields import Input, Output
from solvers.registry import solvers
from solvers.result import Value
from solvers.specs import KINDS, columns
from tests.hostile import mutated
from tests.mlsysweb.exported import VIEWS, breaches, document, nasty
from tests.mlsysweb.people import save

WALLS = sorted(solvers())


def sent(client, told):
    return client.post("/s/import/", {"text": told if isinstance(told, str) else json.dumps(told)})


def refusals(answer):
    """Return the sentences of a refusal."""
    assert answer.status_code == 422
    page = answer.content.decode()
    assert len(page) < 300_000
    return [html.unescape(each) for each in re.findall(r'<p class="form-error">(.*?)</p>', page, re.S)]


def wrong(told):
    """Return all errors of a document."""
    found = [*problems(told)]
    return found or [*answer_problems(solvers()[told["solver"]], told)]


@pytest.mark.parametrize("wall", WALLS)
def test_what_was_recorded_of_every_wall_has_nothing_wrong_with_it(wall):
    assert not wrong(document(wall))


@pytest.mark.usefixtures("catalog")
def test_every_row_of_the_catalog_has_nothing_wrong_with_it():
    rows = {
        f"{kind.__name__}.{row.slug}": catalog_table(kind).of(row).snapshot
        for kind in KINDS
        for row in catalog_table(kind).offered
    }
    assert len(rows) > 100
    for several in batched(rows.items(), 40):
        assert not wrong(document() | {"snapshot": dict(several)})


def test_the_kinds_of_rows_are_those_of_the_specs():
    assert SCHEMA["$defs"]["row"]["properties"]["kind"]["enum"] == [kind.__name__.lower() for kind in KINDS]


def declared():
    """Return every number that walls and specs declare."""
    for wall in solvers().values():
        yield from (io for io in {**wall.inputs, **wall.outputs}.values() if isinstance(io, Input | Output))
    for kind in KINDS:
        yield from columns(kind).values()


def test_every_declared_symbol_label_and_unit_is_let_in():
    told = document()
    told["result"]["tracks"] = told["result"]["drawings"] = []
    values = {
        (io.symbol, io.label, io.unit, io.display_unit): {
            "value": 1.0,
            "symbol": io.symbol,
            "label": io.label,
            "unit": io.unit,
            "shown": io.display_unit,
        }
        for io in declared()
    }
    for several in batched(values.values(), 300):
        told["result"]["values"] = {f"v{n}": value for n, value in enumerate(several)}
        for group in ("inputs", "outputs", "headline"):
            told["result"][group] = []
        assert not wrong(told)


def batched(values, size):
    rest = list(values)
    while rest:
        yield rest[:size]
        rest = rest[size:]


@pytest.mark.parametrize(
    "symbol",
    [
        r"\style{position:fixed}{x}",
        r"\href{https://evil.example}{x}",
        r"\href{javascript:alert(1)}{x}",
        r"\text{\href{https://evil.example}{x}}",
        r"\left",
        r"\mathchoice",
        r"\sqrt[",
        r"\begin{array}",
        r"\frac{1}{2}",
        "{",
        "}",
        "x}{",
        "x_",
        "x__a",
        "x^a^b",
        r"\bar",
        r"\alphab",
        r"\textcolor{red}{x}",
        "x\n",
        "<mi>",
        "@latency",
        "$",
        "x" * 61,
    ],
)
def test_latex_that_is_no_plain_symbol_is_refused(symbol):
    told = document()
    told["result"]["values"]["latency"]["symbol"] = symbol
    sentence = wrong(told)[0]
    assert sentence.startswith("At result.values.latency.symbol:") and len(sentence) < 200


@settings(max_examples=300)
@given(st.from_regex(SCHEMA["$defs"]["symbol"]["pattern"], fullmatch=True))
def test_every_symbol_that_is_let_in_becomes_mathml_without_links_or_styles(symbol):
    markup = in_symbols("@x = @x", {"x": Value(1.0, "s", symbol=symbol)})
    assert markup.startswith("<math") and "href" not in markup and "style" not in markup


@settings(max_examples=300)
@given(st.from_regex(SCHEMA["$defs"]["label"]["pattern"], fullmatch=True))
def test_every_label_that_is_let_in_becomes_mathml_text(label):
    markup = in_symbols("@x = @x", {"x": Value(1.0, "s", label=label)})
    assert markup.startswith("<math") and set(re.findall(r"<(\w+)", markup)) <= {"math", "mrow", "mtext", "mo"}


def nested(depth):
    row = {"kind": "accelerator", "slug": "x", "name": "x", "figures": {}, "parts": {}}
    for _ in range(depth):
        row = {**row, "parts": {"accelerator": row}}
    return row


def changed(path, value, wall="roofline"):
    """Return a recorded document with one item changed."""
    told = document(wall)
    *outer, last = path.split("/")
    inside = told
    for step in outer:
        inside = inside[int(step) if isinstance(inside, list) else step]
    inside[int(last) if isinstance(inside, list) else last] = value
    return told


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("result/values/latency/symbol", r"\sqrt" * 1500, "has 7,500 characters"),
        ("result/values/latency/symbol", "{" * 2000, "is not a symbol"),
        ("snapshot/accelerator", nested(200), "is nested more than 12 deep"),
        ("question", {f"q{n}": "1" for n in range(200_000)}, "At question: has 200,000 entries; 2,000 is the most."),
        ("question", {f"q{n}": "1" for n in range(2000)}, "At question: has 2,000 entries; 200 is the most."),
        ("result/values", {f"v{n}": {} for n in range(200_000)}, "At result.values: has 200,000 entries"),
        ("result/tracks/0/columns/latency", [1.0] * 200_000, "has 200,000 entries"),
        ("result/text", [[1] * 1000] * 110, "more than 100,000 entries together"),
        ("snapshot", {f"also.{n}": nested(0) for n in range(41)}, "At snapshot: has 41 rows; 40 is the most"),
        ("notes", "x" * 3_000_000, "At notes: has 3,000,000 characters; 20,000 is the most."),
        ("title", "a\0b", "At title: has a null character."),
        ("title", "  \n", "is not a title of at least one word"),
        ("tags", ["İ" * 40], "At tags: a tag has at most 40 characters"),
        ("page", "//evil.example/walls/roofline/", "is not the path of a page"),
        ("page", "/walls/roofline/\n", "is not the path of a page"),
        ("snapshot/accelerator/figures/x=__import__('os').system('x'),peak2", 1.0, "is not a name in small letters"),
        ("snapshot/accelerator/figures/colour", 1.0, "'colour' is not a figure of this accelerator"),
        ("snapshot/accelerator/figures/peak", {"fp17": 1.0}, "'fp17' is not a number format"),
        ("snapshot/accelerator/figures/peak", 1.0, "needs a rate for each number format"),
        ("snapshot/accelerator/figures/tdp", {"fp16": 1.0}, "needs one number"),
        ("snapshot/accelerator/figures/tdp", -1.0, "must be at least 0"),
        ("snapshot/accelerator/parts/x=print('x')", nested(0), "is not a name in small letters"),
        ("snapshot/accelerator/parts/fabric", nested(0), "'fabric' is not a part of this accelerator"),
        ("snapshot/accelerator/kind", "model", "At snapshot.accelerator.kind: needs accelerator"),
        ("snapshot/accelerator/kind", "chip", "At snapshot.accelerator.kind:"),
        ("snapshot/accelerator/source_url", "javascript:alert(1)", "is not a link that begins with http"),
        ("result/snapshot", {"accelerator": {"source_url": "javascript:alert(1)"}}, ""),
        ("result/values/latency/unit", "9**9**9", "is not a unit"),
        ("result/values/latency/unit", "parsec", "is not a unit that"),
        ("result/values/latency/shown", "byte", "is not a unit that s can be shown in"),
        ("result/values/latency/value", "soon", "its value must be a number"),
        ("result/values/latency/value", True, "its value must be a number"),
        ("result/values/model/value", 1.0, "needs a unit"),
        ("result/values/latency/extra", 1.0, "has 'extra', which this format does not know"),
        ("result/solver", "serving", "is not roofline"),
        ("result/outputs", ["nothing"], "'nothing' stands for nothing"),
        ("result/headline", ["latency", "latency"], "a name stands there twice"),
        ("result/headline", ["batch_size"], "'batch_size' stands for nothing"),
        ("result/drawings/0/kind", "pie", "'pie' is not a kind of chart"),
        ("result/drawings/0/y", ["nothing"], "'nothing' stands for nothing"),
        ("result/drawings/0/along", ["efficiency"], "there is no curve along efficiency"),
        ("result/tracks/0/system", 1, "there is no system 1"),
        ("result/tracks/0/along", "latency", "there is no curve along batch_size"),
        ("result/tracks/0/columns/feasible", [True], "has 1 points"),
        ("result/tracks/0/columns/feasible/0", 1.0, "every point must be a truth"),
        ("result/tracks/0/columns/nothing", [1.0], "'nothing' stands for nothing"),
        ("question/batch_size", "many", "At question.batch_size: needs a number"),
        ("question/batch_size", ["1", "2"], "At question.batch_size:"),
    ],
)
@pytest.mark.usefixtures("catalog")
def test_what_no_view_could_show_is_refused_with_the_place(client, path, value, sentence):
    answer = sent(client, changed(path, value))
    if sentence:
        told = refusals(answer)
        assert any(sentence in each for each in told), told
        assert len(told) <= 10 and all(len(each) < 400 for each in told)
        assert not Scenario.objects.exists()
    else:
        assert answer.status_code == 302


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity"])
def test_a_number_that_is_not_finite_is_refused(number):
    text = json.dumps(changed("snapshot/accelerator/figures/tdp", "HERE")).replace('"HERE"', number)
    told, sentences = read(text)
    assert told is None and len(sentences) == 1 and len(sentences[0]) < 200


def test_of_many_mistakes_the_first_ten_are_said():
    values = {f"v{n}": {"value": 1.0, "unit": "<b>"} for n in range(300)}
    told, sentences = read(orjson.dumps(changed("result/values", values)))
    assert told is None and len(sentences) == 10


class Counted(dict):
    """A mapping that counts how many of its entries are read."""

    looked = 0

    def items(self):
        for each in super().items():
            Counted.looked += 1
            yield each


def test_too_many_entries_are_refused_without_looking_at_them():
    told = document() | {"question": Counted({f"q{n}": "1" for n in range(50_000)})}
    assert len(list(problems(told))) == 1 and Counted.looked == 0


def test_text_that_is_refused_is_sent_back_unless_it_is_long(client, db):
    assert "mlsysweb/other" in sent(client, changed("format", "mlsysweb/other")).content.decode()
    assert len(sent(client, changed("notes", "x" * 300_000)).content) < 20_000


@given(nasty, nasty)
def test_a_figure_of_any_name_that_is_let_in_is_one_of_its_kind(name, other):
    told = document()
    told["snapshot"]["accelerator"]["figures"][name] = 1.0
    told["snapshot"]["model"]["parts"][other] = nested(0)
    assert wrong(told)


@pytest.mark.usefixtures("catalog")
def test_what_the_answer_repeats_of_its_question_and_rows_is_not_believed(client):
    sent(client, changed("result/snapshot", {"model": {"name": "x", "source_url": "javascript:alert(1)"}}))
    kept = Scenario.objects.get().latest
    assert kept.result["snapshot"] == kept.snapshot and "javascript" not in orjson.dumps(kept.result).decode()


def answers(client, told):
    """Return the status of a document's import, and each view that fails for an accepted one."""
    answer = sent(client, told)
    assert answer.status_code in (302, 422), answer.status_code
    if answer.status_code == 422:
        assert 1 <= len(refusals(answer)) <= 10
        return 422, []
    failing = []
    for view in VIEWS:
        shown = client.get(f"{answer['Location']}{view}")
        failing += [view] if shown.status_code != 200 else []
        if view == "export/python/":
            assert not list(breaches(shown.content.decode()))
    return 302, failing


@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.usefixtures("catalog")
def test_a_mutated_document_is_refused_or_every_view_of_it_answers(client, wall):
    chance, told = random.Random(wall), document(wall)
    client.raise_request_exception = False
    for _ in range(6):
        each = mutated(told, chance)
        _, failing = answers(client, each)
        assert not failing, (failing, each)
    assert answers(client, told) == (302, [])


@pytest.mark.parametrize("page", ["/spectrum/", "/geography/", "/capstone/", "/system/"])
@pytest.mark.usefixtures("catalog")
def test_a_page_over_many_walls_comes_back_or_is_refused(client, page):
    told = orjson.loads(client.get(f"{save(client, page)}export/json/").content)
    client.raise_request_exception = False
    chance = random.Random(page)
    for _ in range(4):
        answer = sent(
            client,
            mutated({name: told[name] for name in told if name != "result"}, chance) | {"result": told["result"]},
        )
        assert answer.status_code in (302, 422)
    assert sent(client, told).status_code == 302
