"""A wall is one file: written to a folder of the node domain, it appears in page, API and command and passes every
check."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

import solvers.node
from solvers import registry

pytestmark = pytest.mark.usefixtures("catalog")

TOY = '''"""How long does a bucket take to fill?

Torricelli 1644. Not modelled: leaks.
"""

from __future__ import annotations

from dataclasses import dataclass

from solvers.declare import Array, Equation, Preset, Source, curve, output, number, solver
from solvers.verdict import State, Verdict


@dataclass(frozen=True, kw_only=True)
class Inputs:
    volume: Array = number("byte", "Volume", 8e9, exclusive_min=True, slider=(1e6, 1e12), log=True, help="To fill.")
    flow: Array = number("byte/s", "Flow", 2e9, exclusive_min=True, slider=(1e6, 1e12), log=True, help="Into it.")


@dataclass(frozen=True, kw_only=True)
class Outputs:
    filling_time: Array = output("s", "Filling time")


@solver(
    walls=(), title="Bucket", question="How long does a bucket take to fill?", version="1", factor="",
    verdict=lambda i, o: Verdict(State.OK, "Full. It takes {filling_time}."),
    headline=("filling_time",),
    figures=(curve("flow", ("filling_time",), "Filling time"),),
    equations=(Equation("filling_time", r"@filling_time = \\\\frac{@volume}{@flow}"),),
    sources=(Source("Torricelli 1644", "Opera geometrica", "10.0000/none"),),
    assumptions=("The flow is steady.",), excludes=("Leaks.",), presets=(Preset("A bucket", {}),),
)
def bucket(i: Inputs) -> Outputs:
    return Outputs(filling_time=i.volume / i.flow)
'''.replace("\\\\\\\\", "\\")


@pytest.fixture
def toy(tmp_path):
    (tmp_path / "bucket.py").write_text(TOY)
    solvers.node.__path__.append(str(tmp_path))
    registry.solvers.cache_clear()
    yield registry.solvers()["bucket"]
    solvers.node.__path__.remove(str(tmp_path))
    registry.solvers.cache_clear()


def test_it_has_a_page_with_form_verdict_chart_and_working(toy):
    html = Client().get("/walls/bucket/?volume=10 GB").content.decode()
    assert "It takes 5\u00a0s." in html
    assert 'name="flow"' in html and "curve-0" in html and "<math" in html


def test_it_has_a_fragment_an_api_and_a_command(toy):
    assert "It takes 4\u00a0s." in Client().get("/walls/bucket/", headers={"HX-Request": "true"}).content.decode()
    assert Client().get("/api/v1/solve/bucket?flow=4 GB/s").json()["outputs"]["filling_time"] == {
        "value": 2.0,
        "unit": "s",
    }
    out = StringIO()
    call_command("solve", "bucket", "volume=1 GB", "--json", stdout=out)
    assert json.loads(out.getvalue())["outputs"]["filling_time"]["value"] == 0.5


def test_it_is_on_the_map_of_walls(toy):
    assert "/walls/bucket/" in Client().get("/").content.decode()


def test_it_can_be_saved_and_swept(toy):
    client = Client()
    saved = client.post("/s/save/", {"page": "/walls/bucket/?volume=10+GB"}, follow=True)
    assert "It takes 5\u00a0s." in saved.content.decode()
    assert client.get("/walls/bucket/?sweep=volume").status_code == 200


def test_a_file_without_a_solver_of_its_name_is_named(tmp_path):
    (tmp_path / "empty_wall.py").write_text("")
    solvers.node.__path__.append(str(tmp_path))
    registry.solvers.cache_clear()
    try:
        with pytest.raises(TypeError, match=r"empty_wall.py must define exactly one solver, named empty_wall"):
            registry.solvers()
    finally:
        solvers.node.__path__.remove(str(tmp_path))
        registry.solvers.cache_clear()
