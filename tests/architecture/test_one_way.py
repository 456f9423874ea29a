"""Data flows one way: read, resolve, plan, solve, present, draw, show. A request never returns to an earlier stage."""

import sys
from functools import cache
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from mlsysweb.registry import tools
from solvers.registry import solvers

pytestmark = pytest.mark.usefixtures("catalog")

ROOT = str(Path(__file__).parents[2]) + "/"
STAGES = {
    "solvers/read.py": "read",
    "solvers/inline.py": "read",
    "catalog/resolve.py": "resolve",
    "solvers/plan.py": "plan",
    "solvers/solve.py": "solve",
    "solvers/checks.py": "solve",
    "solvers/remarks.py": "solve",
    **{
        f"solvers/{domain}/": "solve" for domain in ("laws", "node", "data", "algorithm", "fleet", "operations", "meta")
    },
    "mlsysweb/show/charts/": "present",  # presenters draw charts while they present
}
ORDER = ["read", "resolve", "plan", "solve", "present"]
# The wall checks the point during planning, and pickers list rows for the form without resolving them.
BORROWED = {"check", "choices"}


@cache
def stage_of(path):
    """Return the stage that a file of the project belongs to; None for other files and those of no stage."""
    if not path.startswith(ROOT):
        return None
    path = path[len(ROOT) :]
    if path.startswith("mlsysweb/") and path.rpartition("/")[2].startswith("present"):
        return "present"
    return next((stage for start, stage in STAGES.items() if path.startswith(start)), None)


def stages_entered(run):
    seen = []

    def note(frame, event, _):
        stage = stage_of(frame.f_code.co_filename) if event == "call" else None
        if stage and seen[-1:] != [stage] and not borrowed(frame):
            seen.append(stage)

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return seen


def borrowed(frame):
    """Return whether a frame is an allowed call or runs under one."""
    while frame:
        if frame.f_code.co_name in BORROWED and frame.f_code.co_filename.startswith(ROOT):
            return True
        frame = frame.f_back
    return False


def test_a_changed_figure_of_a_chip_is_no_step_back():
    client, ask = Client(), "/walls/roofline/?accelerator.memory_bandwidth=x2&also=mi300x"
    client.get(ask)
    entered = stages_entered(lambda: client.get(ask))
    assert entered == ORDER, " > ".join(entered)


@pytest.mark.parametrize("name", solvers())
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "partial"])
def test_a_request_never_calls_a_stage_it_has_left(name, headers):
    client = Client()
    client.get(f"/walls/{name}/")
    entered = stages_entered(lambda: client.get(f"/walls/{name}/", headers=headers))
    assert entered == [stage for stage in ORDER if stage in entered], " > ".join(entered)
    assert set(entered) == set(ORDER)


# A page over many walls reads and resolves several values in turn, and solves one wall with the outputs of another.
STEPS = {"read": "ask", "resolve": "ask", "plan": "compute", "solve": "compute", "present": "present"}


@pytest.mark.parametrize("url", [url for url, _ in tools()])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "partial"])
def test_a_page_over_many_walls_asks_then_computes_then_presents(url, headers):
    client = Client()
    client.get(reverse(url))
    entered = [STEPS[stage] for stage in stages_entered(lambda: client.get(reverse(url), headers=headers))]
    steps = [step for place, step in enumerate(entered) if entered[place - 1 : place] != [step]]
    assert steps == [step for step in ("ask", "compute", "present") if step in steps], " > ".join(steps)
    assert "present" in steps


def test_the_watch_sees_a_step_back():
    from mlsysweb.answer import answer
    from mlsysweb.show.results.present import result_page

    roofline = solvers()["roofline"]

    def turns_back():
        result_page(roofline, answer(roofline, {}), "/")
        answer(roofline, {})

    assert stages_entered(turns_back).count("read") == 2
