import dataclasses
import math

import numpy as np
import pytest

from solvers import checks
from solvers.laws.phase import Phase
from solvers.specs import Precision
from tests.solvers.systems import H100, LLAMA_8B, MIXTRAL, RESNET_50


def fields(errors):
    return [error.field for error in errors]


def test_a_chip_without_a_rate_or_a_bandwidth_is_refused():
    assert not fields(checks.accelerator_rate(H100, Precision.FP16))
    without_rate = dataclasses.replace(H100, peak=np.full(len(Precision), math.nan))
    assert fields(checks.accelerator_rate(without_rate, Precision.FP16)) == ["accelerator"]
    assert fields(checks.accelerator_rate(H100, Precision.FP64)) == ["precision"]
    slow = dataclasses.replace(H100, memory_bandwidth=math.nan)
    assert fields(checks.accelerator_rate(slow, Precision.FP16, ("rival", "precision"))) == ["rival"]


@pytest.mark.parametrize(
    ("model", "phase", "field"),
    [
        (LLAMA_8B, Phase.DECODE, None),
        (LLAMA_8B, Phase.TRAINING, None),
        (RESNET_50, Phase.AUTO, None),
        (RESNET_50, Phase.DECODE, "phase"),
        (RESNET_50, Phase.PREFILL, "phase"),
        (LLAMA_8B, Phase.FORWARD, "phase"),
        (dataclasses.replace(LLAMA_8B, generative=0.0), Phase.AUTO, "model"),
        (dataclasses.replace(LLAMA_8B, layers=0.0), Phase.TRAINING, "phase"),
    ],
)
def test_a_phase_the_model_cannot_run_is_refused(model, phase, field):
    assert fields(checks.model_phase(model, phase)) == ([field] if field else [])


def test_only_a_transformer_is_trained():
    assert not fields(checks.trainable_transformer(LLAMA_8B))
    assert fields(checks.trainable_transformer(RESNET_50)) == ["model"]


@pytest.mark.parametrize(
    ("model", "experts", "copies", "sentence"),
    [
        (LLAMA_8B, 1, 3, None),
        (LLAMA_8B, 2, 4, "no experts"),
        (MIXTRAL, 8, 16, None),
        (MIXTRAL, 16, 16, "at most the 8 experts"),
        (MIXTRAL, 8, 12, "8 does not divide 12"),
    ],
)
def test_experts_are_spread_over_whole_replicas(model, experts, copies, sentence):
    told = [error.sentence for error in checks.expert_parallelism(model, experts, copies)]
    assert [sentence in each for each in told] == ([True] if sentence else [])
