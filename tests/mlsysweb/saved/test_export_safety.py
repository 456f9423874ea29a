"""User text and imported text remain text in every export."""

import ast
import csv
import io
import re
from itertools import cycle
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsysweb.saved.exports.citation import bibtex
from mlsysweb.saved.exports.forms import FORMS
from mlsysweb.saved.exports.snippet import notebook, python
from mlsysweb.saved.exports.tables import curves
from mlsysweb.saved.scenarios.models import Scenario
from mlsysweb.show.results.python_code import call, comment, header, literal, name, source, spec_call
from mlsysweb.show.results.spreadsheet import as_csv
from solvers.registry import solvers
from solvers.specs import Accelerator, Fabric, Node, table
from tests.mlsysweb.exported import breaches, kept, nasty, recorded
from tests.mlsysweb.people import ada, course, save
from tests.mlsysweb.saved.test_exports import exported, figures, outputs

__all__ = ["ada", "course"]


def code_of(told):
    """Return the notebook's code cells, concatenated."""
    return "\n\n".join("".join(cell["source"]) for cell in told["cells"] if cell["cell_type"] == "code")


@pytest.mark.parametrize(
    "title",
    [
        'x"""; import os; os.system("echo PWNED"); """',
        'Mine""";print("PWNED");"""x',
        "x\nimport os",
        "x\r\x0cimport os",
        "x\u2028import os",
        "coding: utf-7 +AAo-import os+AAo-",
        "\\",
    ],
)
def test_a_title_is_never_code(title):
    told = kept(title=title, solver_version=title[:20])
    assert not list(breaches(python(told))) and not list(breaches(code_of(notebook(told))))


@pytest.mark.parametrize(
    "key", ["x=__import__('os').system('echo PWNED'),peak2", "layers=print('PWNED') or 32.0, x", "class"]
)
@pytest.mark.parametrize("place", ["figures", "parts"])
def test_a_name_a_spec_does_not_have_is_left_out_of_the_code(key, place):
    snapshot = recorded("roofline")["snapshot"]
    snapshot["accelerator"][place][key] = 1.0 if place == "figures" else snapshot["model"]
    code = python(kept(snapshot=snapshot))
    assert not list(breaches(code)) and "PWNED" not in code and "class" not in code


def test_a_function_or_variable_must_be_an_identifier():
    for text in ("x()", "a b", "class", ""):
        with pytest.raises(ValueError, match="identifier"):
            name(text)
        with pytest.raises(ValueError, match="identifier"):
            call("f", **{text: 1})


def test_only_plain_values_are_literals():
    with pytest.raises(TypeError, match="object"):
        literal(object())


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | nasty,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(nasty, each, max_size=4),
    max_leaves=20,
)


@given(plain, st.integers(0, 120))
def test_a_literal_reads_back_as_what_it_was_however_it_is_laid_out(value, used):
    text = source(literal(value), used)
    assert eval(text, {"__builtins__": {"float": float}}) == value


@given(nasty)
def test_prose_is_nothing_but_comment(text):
    assert ast.parse(header(text).encode()).body == []
    assert all(line.startswith("#") for line in comment(text).splitlines())


def test_code_is_laid_out_a_line_for_each_argument_where_it_is_long():
    assert source(call("f", a=1.0, b="x")) == "f(a=1.0, b='x')"
    rates = {"fp16": 989e12, "fp8": 1979e12}
    chip = Accelerator(name="A chip with a name that is rather long", peak=table(rates), memory_bandwidth=3.35e12)
    assert source(spec_call(chip)).splitlines() == [
        "Accelerator(",
        "    name='A chip with a name that is rather long',",
        "    peak=table({'fp16': 989e12, 'fp8': 1.979e15}),",
        "    memory_bandwidth=3.35e12,",
        "    shared_bus=0.0,",
        "    dispatch_overhead=1e-05,",
        ")",
    ]


def test_a_figure_that_is_unknown_stays_so_where_the_spec_has_a_default():
    chip = Accelerator(name="x", peak=table({}), dispatch_overhead=float("nan"))
    again = eval(source(spec_call(chip)), {"Accelerator": Accelerator, "table": table})
    assert again.dispatch_overhead != again.dispatch_overhead and again.tdp != again.tdp


def test_a_part_of_which_nothing_is_known_is_left_out():
    node = Node(name="x", accelerator=Accelerator(name="y", peak=table({})), accelerators_per_node=8.0)
    assert "fabric" not in source(spec_call(node))
    assert "bandwidth=1.0" in source(
        spec_call(Node(name="x", accelerator=node.accelerator, fabric=Fabric(bandwidth=1.0)))
    )


CHIP = {
    "name": 'My "chip"',
    "peak": {"fp16": "500 TFLOP/s"},
    "memory_capacity": "64 GB",
    "memory_bandwidth": "2 TB/s",
    "tdp": 300,
}


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("changes", [{}, {"accelerator.memory_bandwidth": "x2"}, {"accelerator.tdp": "200 W"}])
def test_a_chip_written_out_in_the_question_comes_along_and_finds_the_same(ada, changes, plain_python):
    query = urlencode({"accelerator": orjson.dumps(CHIP).decode(), "batch_size": 32, **changes})
    printed = figures(plain_python(exported(ada, save(ada, f"/walls/roofline/?{query}"), "python")))
    found = outputs(Scenario.objects.get())
    assert {n: float(printed[n]) for n in ("latency", "power")} == {n: found[n] for n in ("latency", "power")}


@pytest.mark.parametrize("wall", sorted(solvers()))
def test_the_curves_of_every_wall_are_csv_with_a_system_only_where_several_can_be_drawn(wall):
    told = kept(wall)
    rows = list(csv.DictReader(io.StringIO(curves(told.result))))
    series = told.result.series
    assert len(rows) == sum((len(t.columns) - 1) * len(t.columns[t.x]) for t in series)
    assert {row["system"] for row in rows} == {
        told.result.systems[t.system] if told.result.systems else "" for t in series
    }


def formulas(text):
    """Return the cells a spreadsheet would compute."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    return [cell for cell in cells if cell.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠")) and not is_number(cell)]


def is_number(text):
    return re.fullmatch(r"-(\d+(\.\d+)?(e[+-]\d+)?|inf)", text) is not None


@given(st.lists(st.lists(nasty | st.floats(), min_size=2, max_size=2)), nasty)
def test_no_cell_of_a_csv_is_a_formula(rows, head):
    text = as_csv(("a", head), rows)
    assert not formulas(text) and len(list(csv.reader(io.StringIO(text, newline="")))) == len(rows) + 1


def braces(text):
    """Return the brace depth at the end and its minimum; both are 0 for balanced text."""
    depth, least = 0, 0
    for brace in re.findall(r"\\.|[{}]", text):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        least = min(least, depth)
    return depth, least


@pytest.mark.parametrize(
    "url", ["https://x.example/}", "https://x.example/{a", "https://x.example/\\", "https://x.example/}\n@misc{a,"]
)
def test_a_link_cannot_close_its_field_in_bibtex(url):
    snapshot = recorded("roofline")["snapshot"]
    snapshot["model"]["source_url"] = url
    text = bibtex(kept(snapshot=snapshot))
    assert braces(text) == (0, 0) and text.count("\n@misc{") == bibtex(kept()).count("\n@misc{")
    assert "https://x.example/" in text


def test_a_usual_link_stands_in_bibtex_as_it_is():
    url = "https://x.example/a_b?c=%20d&e=1#f~g"
    snapshot = recorded("roofline")["snapshot"]
    snapshot["model"]["source_url"] = url
    assert f"url = {{{url}}}" in bibtex(kept(snapshot=snapshot))


@settings(max_examples=60)
@given(st.lists(nasty, min_size=1, max_size=7))
def test_text_stays_text_in_every_export(texts):
    told = recorded("roofline")
    turn = cycle(texts)

    def draw():
        return next(turn)

    for row in told["snapshot"].values():
        row |= {"name": draw(), "slug": draw(), "source": draw(), "source_url": draw(), "source_date": draw()}
        row["figures"][draw()], row["parts"][draw()] = 1.0, {}
    told["snapshot"][draw()] = told["snapshot"]["model"]
    told["question"][draw()] = draw()
    told["result"]["systems"] = [draw()]
    told["result"]["values"]["accelerator"]["value"] = draw()
    for value in told["result"]["values"].values():
        value["label"] = draw()
    title, changes = (
        draw(),
        {"notes": draw(), "tags": (draw(),), "question": told["question"], "snapshot": told["snapshot"]},
    )
    saved = kept(title=title, raw=told["result"], result=type(kept().result).from_json(told["result"]), **changes)
    made = {form: FORMS[form].made(saved) for form in FORMS if FORMS[form].offered(saved)}
    assert not list(breaches(made["python"]))
    cells = orjson.loads(made["notebook"])
    assert not list(breaches(code_of(cells)))
    assert not re.search(r"<[A-Za-z/!?]", "".join(cells["cells"][0]["source"]))
    assert not formulas(made["values"]) and not formulas(made["curves"])
    assert braces(made["bibtex"]) == (0, 0)
    assert orjson.loads(made["json"])["title"] == title
    assert made["methods"]
