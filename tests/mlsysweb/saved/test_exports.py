import csv
import html
import io
import re
from urllib.parse import urlencode

import nbformat
import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from jsonschema import validate

from mlsysweb.saved.exports.checks import SCHEMA
from mlsysweb.saved.scenarios.models import Scenario
from solvers.registry import solvers
from tests.mlsysweb.people import ada, ben, cleo, course, edit, save, somebody

__all__ = ["ada", "ben", "cleo", "course", "somebody"]

pytestmark = pytest.mark.usefixtures("catalog")


def exported(client, link, form, **query):
    answer = client.get(f"{link}export/{form}/", query)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    return answer.content.decode()


def outputs(scenario):
    values = scenario.latest.result["values"]
    return {name: values[name]["value"] for name in scenario.latest.result["outputs"]}


def test_csv_has_every_input_and_output_with_its_unit(ada):
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(exported(ada, save(ada), "values")))}
    assert rows["latency"]["unit"] == "s" and rows["latency"]["kind"] == "output"
    assert float(rows["latency"]["value"]) == outputs(Scenario.objects.get())["latency"]
    assert rows["batch_size"] == {
        "kind": "input",
        "name": "batch_size",
        "label": "Batch size",
        "value": "148.0",
        "unit": "1",
        "reads": "148",
    }


def test_csv_of_the_curves_has_every_point(ada):
    rows = list(csv.DictReader(io.StringIO(exported(ada, save(ada), "curves"))))
    series = Scenario.objects.get().latest.result["tracks"]
    points = sum((len(track["columns"]) - 1) * len(track["columns"][track["along"]]) for track in series)
    assert len(rows) == points > 400


@pytest.mark.parametrize("title", ["=1+1", "+x", "-x", "@x"])
def test_no_cell_is_a_formula(ada, title):
    chip = {"name": title, "peak": {"fp16": 1e15}, "memory_capacity": 1e12, "memory_bandwidth": 1e12, "tdp": 1}
    link = save(ada, f"/walls/roofline/?{urlencode({'accelerator': orjson.dumps(chip).decode()})}")
    cells = [cell for row in csv.reader(io.StringIO(exported(ada, link, "values"))) for cell in row]
    assert f"'{title}" in cells and title not in cells


def test_json_fits_its_schema_and_comes_back_the_same(ada, ben):
    link = save(ada, title="Where it turns")
    edit(ada, link, notes="See **this**.", tags="week 3")
    told = exported(ada, link, "json")
    validate(orjson.loads(told), SCHEMA)
    back = ben.post("/s/import/", {"text": told})["Location"]
    mine, theirs = (Scenario.objects.get(pk=each.split("/")[2]) for each in (link, back))
    assert theirs.owner == ben.user and (theirs.title, theirs.notes) == ("Where it turns", "See **this**.")
    assert theirs.latest.result == mine.latest.result and theirs.latest.snapshot == mine.latest.snapshot
    assert [tag.name for tag in theirs.tags.all()] == ["week 3"]
    assert ben.get(back).status_code == 200


def test_a_file_comes_back_too(ada):
    file = SimpleUploadedFile("scenario.json", exported(ada, save(ada), "json").encode())
    assert ada.post("/s/import/", {"file": file}).status_code == 302


@pytest.mark.parametrize("wall", sorted(solvers()))
def test_every_walls_answer_fits_the_schema(ada, wall):
    validate(orjson.loads(exported(ada, save(ada, f"/walls/{wall}/"), "json")), SCHEMA)


def changed(told, **changes):
    return orjson.dumps(orjson.loads(told) | changes).decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": "other/1"}, "At format:"),
        ({"title": ""}, "At title:"),
        ({"page": "https://elsewhere.example/"}, "At page:"),
        ({"page": "/walls/nowhere/"}, "There is no page /walls/nowhere/ here"),
        ({"page": "/walls/serving/"}, "There is no page"),
        ({"result": {}}, "At result:"),
        ({"more": 1}, "At the document:"),
    ],
)
def test_what_is_no_scenario_is_refused_with_the_place_and_nothing_typed_is_lost(ada, changes, sentence):
    text = changed(exported(ada, save(ada), "json"), **changes)
    answer = ada.post("/s/import/", {"text": text})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and sentence in page
    assert text in page
    assert Scenario.objects.count() == 1


def test_what_is_no_json_is_a_sentence(ada):
    assert "This is no JSON" in ada.post("/s/import/", {"text": "{"}).content.decode()


@pytest.mark.parametrize("sent", ["file", "text"])
def test_what_is_too_large_is_a_sentence(ada, sent):
    much = SimpleUploadedFile("x.json", b" " * 4_000_001) if sent == "file" else " " * 4_000_001
    answer = ada.post("/s/import/", {sent: much})
    assert answer.status_code == 422 and "4,000,001 bytes; 4,000,000 is the most" in answer.content.decode()


def test_a_verdict_nobody_can_read_is_refused(ada):
    told = orjson.loads(exported(ada, save(ada), "json"))
    told["result"]["verdict"] = "{nothing}"
    assert ada.post("/s/import/", {"text": orjson.dumps(told).decode()}).status_code == 422


@pytest.mark.parametrize("change", [{"text": [["batch_size", "8"]]}, {"inputs": ["nothing"]}, {"outputs": ["nothing"]}])
def test_an_answer_whose_inputs_or_outputs_nobody_can_list_is_refused(ada, change):
    told = orjson.loads(exported(ada, save(ada), "json"))
    told["result"] |= change
    answer = ada.post("/s/import/", {"text": orjson.dumps(told).decode()})
    assert answer.status_code == 422 and "At result" in answer.content.decode()


def test_foreign_markup_is_never_shown(ada):
    told = orjson.loads(exported(ada, save(ada), "json"))
    told["title"] = told["notes"] = "<script>alert(1)</script>"
    told["result"]["verdict"] = "<script>alert(1)</script>"
    told["result"]["working"] = [{"output": "latency", "latex": "<script>alert(1)</script>"}]
    back = ada.post("/s/import/", {"text": orjson.dumps(told).decode()})["Location"]
    assert "<script>alert" not in ada.get(back).content.decode()
    told["snapshot"]["model"]["source_url"] = "javascript:alert(1)"
    assert ada.post("/s/import/", {"text": orjson.dumps(told).decode()}).status_code == 422


@pytest.mark.parametrize("field", ["symbol", "label", "unit", "shown", "value"])
def test_markup_in_what_stands_in_equations_is_refused(ada, field):
    told = orjson.loads(exported(ada, save(ada), "json"))
    told["result"]["values"]["latency"][field] = "<img src=x>"
    answer = ada.post("/s/import/", {"text": orjson.dumps(told).decode()})
    assert answer.status_code == 422 and "At result" in answer.content.decode()


def test_of_another_page_the_question_is_asked_anew_and_its_markup_thrown_away(ada):
    told = orjson.loads(exported(ada, save(ada, "/spectrum/?model=llama-3-8b"), "json"))
    told["result"]["page"]["data"]["verdict"] = "<script>alert(1)</script>"
    told["result"]["page"]["type"] = "geography"
    back = ada.post("/s/import/", {"text": orjson.dumps(told).decode()})["Location"]
    page = ada.get(back).content.decode()
    assert "<script>alert" not in page and "plot-" in page


def figures(printed, wall="roofline"):
    """Return the values a program printed, by name, without the units after them."""
    told = dict(line.split(" ", 1) for line in printed.splitlines())
    units = {name: io.unit if getattr(io, "unit", "1") != "1" else "" for name, io in solvers()[wall].outputs.items()}
    assert all(value.endswith(f" {units[name]}") for name, value in told.items())
    return {name: value.removesuffix(units[name]).strip() for name, value in told.items()}


def told(value):
    """Return a stored value as Python prints it."""
    words = {"__inf__": "inf", "__-inf__": "-inf", "__nan__": "nan"}
    return words.get(value, value) if isinstance(value, str) else value


def agrees(printed, kept):
    kept = told(kept)
    if isinstance(kept, bool):
        return printed == str(kept)
    if isinstance(kept, float):
        # A column of one and a number round apart in the last digit.
        return float(printed) == pytest.approx(kept, rel=1e-13) or (printed == "nan" and kept != kept)
    return (
        (printed in ("nan", "inf", "-inf") and printed == kept) or kept.upper() in printed.upper() or printed.isdigit()
    )


@pytest.mark.parametrize("wall", sorted(solvers()))
def test_the_snippet_finds_the_same_figures_without_the_site(ada, wall, plain_python):
    link = save(ada, f"/walls/{wall}/")
    printed = figures(plain_python(exported(ada, link, "python")), wall)
    wrong = {n: (printed.get(n), v) for n, v in outputs(Scenario.objects.get()).items() if not agrees(printed[n], v)}
    assert not wrong


@pytest.mark.parametrize(
    "question",
    [
        "batch_size=64&accelerator=mi300x&precision=int8",
        "accelerator.memory_bandwidth=x2&batch_size=8",
        "accelerator.memory_bandwidth=5+TB/s",
        "accelerator.peak=x0.5&batch_size=400",
        "also=a100-sxm4-80gb&sweep=batch_size",
    ],
)
def test_the_snippet_asks_what_was_asked(ada, question, plain_python):
    printed = figures(plain_python(exported(ada, save(ada, f"/walls/roofline/?{question}"), "python")))
    found = outputs(Scenario.objects.get())
    assert float(printed["latency"]) == found["latency"] and float(printed["power"]) == found["power"]


def test_the_notebook_is_one_and_runs_to_the_same(ada, plain_python):
    notebook = nbformat.reads(exported(ada, save(ada), "notebook"), as_version=4)
    nbformat.validate(notebook)
    code = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert float(figures(plain_python(code))["latency"]) == outputs(Scenario.objects.get())["latency"]


def test_the_methods_paragraph_says_what_was_asked_from_which_sources_and_where_it_is(ada):
    link = save(ada)
    text = exported(ada, link, "methods")
    assert "batch_size = 148" in text and "https://doi.org/10.1145/1498765.1498785" in text
    assert f"http://testserver{link}" in text and "Compute-bound" in text


@pytest.mark.parametrize("wall", sorted(solvers()))
def test_bibtex_has_a_key_of_its_own_for_each_source_and_balanced_braces(ada, wall):
    text = exported(ada, save(ada, f"/walls/{wall}/"), "bibtex")
    keys = re.findall(r"^@misc\{([^,]+),$", text, re.M)
    assert len(keys) == len(set(keys)) >= 1 + len(solvers()[wall].sources)
    unescaped = re.sub(r"\\[{}]", "", text)
    assert unescaped.count("{") == unescaped.count("}")


def test_what_latex_would_read_as_a_command_is_escaped(ada):
    text = exported(ada, save(ada, title="50% of R&D_1 #2"), "bibtex")
    assert r"title = {50\% of R\&D\_1 \#2}" in text


def test_an_older_version_is_had_by_its_number(ada):
    link = save(ada)
    save(ada, "/walls/roofline/?batch_size=7", version_of=link.split("/")[2])
    assert '"148"' in exported(ada, link, "json", version=1) and '"7"' in exported(ada, link, "json")
    assert "?version=1" in ada.get(f"{link}v/1/").content.decode()


def test_what_one_may_not_see_is_not_exported(ada, ben):
    link = save(ada)
    edit(ada, link, visibility="private")
    for path in ("export/json/", "print/", "embed/"):
        assert ben.get(f"{link}{path}").status_code == 404
    assert ada.get(f"{link}embed/").status_code == 404  # an iframe is anonymous, so private scenarios are not shown


@pytest.mark.parametrize("form", ["notebook", "python", "xls"])
def test_a_form_a_page_cannot_be_had_in_is_not_found(ada, form):
    assert ada.get(f"{save(ada, '/capstone/')}export/{form}/").status_code == 404


def test_a_frame_is_allowed_for_the_embedded_view_alone(ada, somebody):
    link = save(ada)
    frame, page = somebody.get(f"{link}embed/"), somebody.get(link)
    assert "frame-ancestors *" in frame["Content-Security-Policy"] and "X-Frame-Options" not in frame
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"] and page["X-Frame-Options"] == "DENY"


def test_the_embedded_view_knows_no_cookies(ada):
    link = save(ada)
    answer = ada.get(f"{link}embed/")
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
    assert "<form" not in answer.content.decode() and "csrf" not in answer.content.decode()
    assert Client().get(f"{link}embed/").content == answer.content


def test_the_page_offers_the_frame_to_copy(ada, course):
    link = save(ada, title='A "title"')
    assert f'src="http://testserver{link}embed/" title="A ”title”"' in html.unescape(ada.get(link).content.decode())
    edit(ada, link, visibility="class", group=course.pk)
    assert "<iframe" not in html.unescape(ada.get(link).content.decode())


def test_a_program_says_how_to_install_what_it_needs_and_prints_units(ada, plain_python):
    program = exported(ada, save(ada), "python")
    program = program.decode() if isinstance(program, bytes) else program
    assert "`pip install .`" in program
    assert re.search(r"^latency \S+ s$", plain_python(program), re.M)
