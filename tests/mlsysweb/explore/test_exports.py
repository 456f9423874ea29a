import csv
import io
import re
import sys

import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn

from catalog.models import Accelerator
from catalog.snapshot import snapshot
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import declared_search
from mlsysweb.explore.show.snippet import as_python
from solvers.search.run import run
from tests.mlsysweb.explore.questions import large, link, question, search
from tests.mlsysweb.exported import breaches, nasty

pytestmark = pytest.mark.usefixtures("catalog")

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def exported(client, form, query):
    answer = client.get(f"/explore/export/{form}/?{query}")
    assert answer.status_code == 200 and f"design-space.{form}" in answer["Content-Disposition"]
    return answer.getvalue()


def test_csv_has_a_line_for_each_row_with_units_in_its_head(client):
    rows = list(csv.DictReader(io.StringIO(exported(client, "csv", question().query).decode())))
    best = run(search()).top[0]
    assert len(rows) == 28
    assert float(rows[0]["roofline.latency (s)"]) == best.values["roofline.latency"]
    assert rows[0]["accelerator"] == "h100-sxm5-80gb"


def test_json_has_the_question_and_what_each_row_sets(client):
    told = orjson.loads(exported(client, "json", question().query))
    assert told["explore"] == question().query and told["configurations"] == 28
    best = run(search()).top[0]
    assert told["rows"][0]["inputs"] == best.inputs
    assert told["rows"][0]["values"]["roofline.throughput"] == best.values["roofline.throughput"]


def test_parquet_has_every_configuration_and_what_it_fails(client):
    table = pq.read_table(io.BytesIO(exported(client, "parquet", question().query)))
    outcome = run(search())
    assert table.num_rows == 28
    assert max(table["roofline.throughput"].to_pylist()) == outcome.top[0].values["roofline.throughput"]
    failing = [column for column in table.column_names if column.startswith("fails: ")]
    fails = [any(row) for row in zip(*(table[name].to_pylist() for name in failing), strict=True)]
    assert fails.count(False) == outcome.seen.feasible


def test_parquet_of_several_batches_keeps_their_order(client):
    table = pq.read_table(io.BytesIO(exported(client, "parquet", PRESETS[4].question.query)))
    assert table.num_rows > 65_536 and table["accelerator"][0].as_py() == "h100-sxm5-80gb"


def test_a_space_that_is_a_job_has_no_file_of_every_configuration(client):
    answer = client.get(f"/explore/export/parquet/?{large().query}")
    assert answer.status_code == 302 and answer["Location"] == f"/explore/?{large().query}"


def test_without_pyarrow_parquet_is_not_offered_and_its_address_says_what_to_install(client, monkeypatch):
    page, file = (f"/explore/{path}?{question().query}" for path in ("", "export/parquet/"))
    assert file in {link.url for link in client.get(page).context["page"].exports}
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert file not in {link.url for link in client.get(page).context["page"].exports}
    answer = client.get(file)
    assert answer.status_code == 404 and "requirements-parquet.txt" in answer.content.decode()


def test_a_question_that_makes_no_sense_goes_back_to_its_page(client):
    bad = link(goals=("minimize: nothing",))
    assert client.get(bad.replace("/explore/", "/explore/export/csv/"))["Location"] == bad


def test_a_form_nobody_knows_is_not_found(client):
    assert client.get(f"/explore/export/xls/?{question().query}").status_code == 404


@pytest.mark.parametrize("preset", PRESETS[:6], ids=lambda p: p.name)
def test_the_snippet_finds_the_same_without_the_site(client, preset, plain_python):
    first = plain_python(exported(client, "py", preset.question.query).decode()).splitlines()
    outcome = run(declared_search(preset.question, look_up, all_of).search)
    told = f"{outcome.seen.feasible:,} of {outcome.seen.count:,} meet every goal; {len(outcome.front)} on the front"
    assert first[0] == told
    best = f"{outcome.top[0].places} {outcome.top[0].values}"
    assert _NUMBER.split(first[1]) == _NUMBER.split(best)
    # The order of a sum over many rows differs with their number, in the last digit.
    assert [float(each) for each in _NUMBER.findall(first[1])] == pytest.approx(
        [float(each) for each in _NUMBER.findall(best)], rel=1e-12
    )


def renamed(slug, name):
    """Create a copy of the H100 with another name."""
    row = Accelerator.objects.get(slug="h100-sxm5-80gb")
    row.pk, row.slug, row.name = None, slug, name
    row.save()


@pytest.mark.parametrize(
    "slug", ["=cmd|' /c calc'!a0", "+1+1", "-1+1", "@sum(a1)", '"""; import os; """', "coding: utf-7", "<script>"]
)
def test_a_row_of_any_name_stays_text_in_every_export(client, slug):
    renamed(slug, f"{slug}\n{slug}")
    query = question({"model": "llama-3-8b", "accelerator": f"h100-sxm5-80gb, {slug}", "batch_size": "1, 2"}).query
    cells = [row["accelerator"] for row in csv.DictReader(io.StringIO(exported(client, "csv", query).decode()))]
    assert (f"'{slug}" if slug[0] in "=+-@" else slug) in cells
    assert {row["inputs"]["accelerator"] for row in orjson.loads(exported(client, "json", query))["rows"]} >= {slug}
    assert slug in pq.read_table(io.BytesIO(exported(client, "parquet", query)))["accelerator"].to_pylist()
    assert not list(breaches(exported(client, "py", query).decode()))


@drawn(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nasty, nasty, nasty)
def test_names_and_keys_of_rows_are_never_code(name, key, figure):
    asked = question()
    row = Accelerator.objects.get(slug="h100-sxm5-80gb")
    kept = kept_row(row) | {"name": name}
    kept["figures"][figure] = 1.0
    code = as_python(asked, {key: kept}, all_of)
    assert not list(breaches(code))


def kept_row(row):
    """Return the snapshot of a row, to be changed."""
    found = snapshot(row, row.spec())
    return found | {"figures": dict(found["figures"])}
