"""Every recorded scenario opens with any version of its wall, and gives the same answer with the same version."""

import gzip
import html
import math

import orjson
import pytest

from catalog.resolve import resolve
from mlsysweb.saved.scenarios.models import Scenario, Version
from solvers.plan import plan
from solvers.read import read
from solvers.registry import solvers
from solvers.result import Result
from solvers.solve import solve

from .record_scenarios import FOLDER

RECORDED = sorted(FOLDER.glob("*.json.gz"))


def kept(path):
    return orjson.loads(gzip.decompress(path.read_bytes()))


@pytest.mark.parametrize("path", RECORDED, ids=lambda p: p.name.removesuffix(".json.gz"))
@pytest.mark.usefixtures("catalog")
def test_it_opens_and_shows_what_was_kept(path, client):
    told = kept(path)
    scenario = Scenario.objects.create(path=f"/walls/{told['solver']}/", solver=told.pop("solver"), title="Recorded")
    Version.objects.create(scenario=scenario, number=1, **told)
    answer = client.get(scenario.get_absolute_url())
    assert answer.status_code == 200
    assert Result.from_json(told["result"]).to_json() == told["result"]


OLDER = [path for path in RECORDED if (told := kept(path))["solver_version"] != solvers()[told["solver"]].version]


@pytest.mark.parametrize("path", OLDER, ids=lambda p: p.name.removesuffix(".json.gz"))
@pytest.mark.usefixtures("catalog")
def test_what_was_asked_of_an_older_version_has_an_answer_today_beside_the_one_kept(path, client):
    told = kept(path)
    wall = solvers()[told["solver"]]
    scenario = Scenario.objects.create(path=f"/walls/{told['solver']}/", solver=told.pop("solver"), title="Recorded")
    Version.objects.create(scenario=scenario, number=1, **told)
    page = html.unescape(client.get(scenario.get_absolute_url()).content.decode())
    assert f"{wall.title} is at version {wall.version} (was {told['solver_version']})" in page
    assert "Today there is no answer" not in page
    assert client.get(f"{scenario.get_absolute_url()}v/1/drift/").status_code == 200


@pytest.mark.parametrize("path", RECORDED, ids=lambda p: p.name.removesuffix(".json.gz"))
def test_of_the_same_version_and_rows_the_same_comes_out(path):
    told = kept(path)
    wall = solvers()[told["solver"]]
    if wall.version != told["solver_version"]:
        return  # an older version need only open
    asked = read(wall, told["question"])
    known = resolve(asked, told["snapshot"])
    found = solve(plan(wall, known.point, known.also, asked.sweep), asked.text, known.snapshot)
    before = Result.from_json(told["result"])
    for name in before.outputs:
        then, now = before.values[name].value, found.values[name].value
        if isinstance(then, float):
            assert now == pytest.approx(then, rel=1e-12, nan_ok=True) or (math.isnan(then) and math.isnan(now)), name
        else:
            assert now == then, name


def test_what_was_asked_with_the_slides_constants_still_has_the_answer_it_had():
    """Version 1 had no sum of kernels: a question that names the roofline's constants means the roofline today."""
    told = kept(FOLDER / "serving-1.json.gz")
    assert told["question"]["efficiency"] == "0.5"
    wall = solvers()["serving"]
    asked = read(wall, told["question"])
    known = resolve(asked, told["snapshot"])
    found = solve(plan(wall, known.point), asked.text, known.snapshot)
    assert found.values["timing"].value == "roofline"
    for name in ("ttft", "itl", "end_to_end_latency", "memory_per_device"):  # version 1 kept no memory free
        assert found.values[name].value == pytest.approx(Result.from_json(told["result"]).values[name].value, rel=1e-12)


def test_every_wall_of_today_is_recorded():
    names = {path.name.removesuffix(".json.gz") for path in RECORDED}
    assert {f"{name}-{wall.version}" for name, wall in solvers().items()} <= names
