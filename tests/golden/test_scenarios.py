"""Every recorded scenario opens with any version of its wall, and gives the same answer with the same version."""

import gzip
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


def test_every_wall_of_today_is_recorded():
    names = {path.name.removesuffix(".json.gz") for path in RECORDED}
    assert {f"{name}-{wall.version}" for name, wall in solvers().items()} <= names
