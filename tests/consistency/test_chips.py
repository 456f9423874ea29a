"""A figure of a chip follows it into every stage of a pipeline, every row of a design space, and the capstone."""

import numpy as np
import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlsysweb.answer import validated
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, declared_search
from mlsysweb.pages.capstone.design import scores
from mlsysweb.pages.capstone.question import CAPSTONE
from solvers import pipeline
from solvers.errors import InputErrors
from solvers.shipped import find, names
from solvers.specs import Accelerator, Model

pytestmark = pytest.mark.usefixtures("catalog")

SOME = settings(max_examples=25, suppress_health_check=list(HealthCheck))
# The input of a wall, and the figure of the chip that it is.
FIGURES = {
    ("sustainability", "tdp"): "tdp",
    ("sustainability", "embodied_per_device"): "embodied_carbon",
    ("serving", "interconnect_bandwidth"): "interconnect_bandwidth",
}
CHIPS = [slug for slug in names(Accelerator) if find(Accelerator, slug).tdp > 0]
STAGES = ("serving", "tco", "sustainability")


def same(one, other):
    return one == pytest.approx(other, rel=1e-9, nan_ok=True)


@SOME
@given(st.sampled_from(CHIPS))
def test_every_stage_has_the_figures_of_the_chip_picked_once(chip):
    spec = find(Accelerator, chip)
    chain = pipeline(*STAGES)
    answers = chain.evaluate(
        {(stage, "accelerator"): spec for stage in STAGES} | {("serving", "model"): find(Model, "llama-3-8b")}
    )
    for (stage, name), figure in FIGURES.items():
        assert same(float(getattr(answers[stage].inputs, name)), float(getattr(spec, figure))), (stage, name)


@SOME
@given(st.lists(st.sampled_from(CHIPS), min_size=2, max_size=6, unique=True))
def test_every_row_of_a_design_space_has_the_figures_of_its_chip(chips):
    question = DesignSpaceQuestion.of(
        QueryDict(
            f"walls={','.join(STAGES)}&axis=accelerator&values={','.join(chips)}&axis=model&values=llama-3-8b"
            "&goal=minimize: total_carbon"
        )
    )
    search = declared_search(question, look_up, all_of).search
    box = search.space.box(0, search.space.size)
    answers = search.pipeline.evaluate({**search.given, **search.pipeline.assigned(search.space.columns(box))})
    for (stage, name), figure in FIGURES.items():
        column = box.line(getattr(answers[stage].inputs, name))
        own = [float(getattr(find(Accelerator, chip), figure)) for chip in chips]
        assert same(column.tolist(), own), (stage, name)


@SOME
@given(st.sampled_from(CHIPS))
def test_carbon_of_a_chip_without_a_published_embodied_figure_is_unknown_in_the_capstone(chip):
    text = {"accelerator": chip, "precision": "fp16", "tensor_parallel": "1", "model": "llama-3-8b"}
    try:
        point = validated(CAPSTONE, text)[1].point
    except InputErrors:  # a chip without the rate or the bandwidth to serve is refused
        return
    unknown = np.isnan(find(Accelerator, chip).embodied_carbon)
    assert bool(np.isnan(scores(point).carbon)) == bool(unknown)
