"""The one answer to how long a pass takes: parts add up, rows equal points, the shipped rows have decoders."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.laws.collectives import NetworkLink
from solvers.laws.decoder import kv_cache, parameters
from solvers.laws.language_pass import ModelServer, Roofline, Timing, price_decode, price_prefill
from solvers.laws.model_decoder import decoder_of, embedding_parameters, head_parameters, kernel_device
from solvers.laws.phase import generates
from solvers.laws.transformer import kv_elements
from solvers.laws.transformer_pass import decode_pass, prefill_pass
from solvers.shipped import all_specs, find
from solvers.specs import Accelerator, Model, Precision, stack, table, take

SLIDES = Roofline(efficiency=0.5, bandwidth_efficiency=1.0, layer_overhead=10e-6)
CHIPS = ("h100-sxm5-80gb", "a100-sxm4-80gb", "mi300x", "b200-sxm-180gb")
MODELS = ("llama-3-8b", "mixtral-8x7b", "deepseek-v3", "gemma-3-27b", "mamba-2.8b", "gpt-oss-120b")

chips = st.sampled_from(CHIPS)
models = st.sampled_from(MODELS)
formats = st.sampled_from([Precision.FP16, Precision.FP8])
splits = st.sampled_from([1.0, 2.0, 4.0, 8.0])
batches = st.integers(1, 512)
contexts = st.integers(1, 32768)


def server(chip="h100-sxm5-80gb", precision=Precision.FP16, devices=1.0, **changes):
    spec = find(Accelerator, chip) if isinstance(chip, str) else chip
    values = {"cache_precision": precision, "link": NetworkLink(450e9, 0.0), "roofline": SLIDES, **changes}
    return ModelServer(chip=spec, precision=precision, devices=devices, **values)


def both(model, machine, batch, context):
    return price_decode(model, machine, batch, context), price_prefill(model, machine, batch, context)


@given(chip=chips, model=models, precision=formats, split=splits, batch=batches, context=contexts)
def test_what_a_pass_waits_for_adds_up_to_it(chip, model, precision, split, batch, context):
    for priced in both(find(Model, model), server(chip, precision, split), batch, context):
        time = priced.time
        assert float(time.total) == pytest.approx(float(priced.kernels.total))
        parts = max(float(time.compute), float(time.memory)) + float(time.overhead) + float(time.network)
        assert parts == pytest.approx(float(time.total))
        # A sum of kernels takes no less than all its arithmetic, and no less than all its bytes.
        assert float(time.overhead) >= -1e-9 * float(time.total)


@given(chip=chips, model=models, precision=formats, split=splits, batch=batches, context=contexts)
def test_a_larger_batch_and_a_longer_context_never_take_less(chip, model, precision, split, batch, context):
    spec, machine = find(Model, model), server(chip, precision, split)
    now = both(spec, machine, batch, context)
    for more in (both(spec, machine, batch + 1, context), both(spec, machine, batch, context + 1)):
        assert all(float(b.time.total) >= float(a.time.total) * (1 - 1e-12) for a, b in zip(now, more, strict=True))


def test_a_row_of_a_batch_of_questions_equals_the_question_alone():
    rng = np.random.default_rng(3)
    rows = 60
    chip, model, batch = rng.integers(0, 4, rows), rng.integers(0, 6, rows), rng.integers(1, 200, rows).astype(float)
    split, context = rng.choice([1.0, 2.0, 8.0], rows), rng.integers(1, 9000, rows).astype(float)
    precision = rng.choice([Precision.FP16, Precision.FP8], rows)
    timing = rng.choice(list(Timing), rows)
    specs = [find(Model, name) for name in MODELS]
    accelerators = [find(Accelerator, name) for name in CHIPS]
    together = both(
        take(stack(specs), model),
        server(take(stack(accelerators), chip), precision, split, timing=timing),
        batch,
        context,
    )
    for row in range(rows):
        machine = server(accelerators[chip[row]], int(precision[row]), split[row], timing=int(timing[row]))
        alone = both(specs[model[row]], machine, batch[row], context[row])
        for one, all_ in zip(alone, together, strict=True):
            for part in ("total", "compute", "memory", "network"):
                assert float(getattr(one.time, part)) == pytest.approx(float(getattr(all_.time, part)[row]), rel=1e-9)
            assert int(one.time.bound) == int(all_.time.bound[row])
            assert float(one.moved) == pytest.approx(float(all_.moved[row]), rel=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_a_pass_is_that_of_the_models_own_decoder(name):
    model, machine = find(Model, name), server(devices=4.0)
    device = kernel_device(machine.chip, Precision.FP16, 450e9)
    step = decode_pass(decoder_of(model), device, machine.layout, 16.0, 900.0, 5.0)
    assert float(price_decode(model, machine, 16.0, 900.0, 5.0).time.total) == float(step.total)
    first = prefill_pass(decoder_of(model), device, machine.layout, 2.0, 900.0, 100.0)
    assert float(price_prefill(model, machine, 2.0, 900.0, 100.0).time.total) == float(first.total)


LANGUAGE_MODELS = [
    slug for slug, m in all_specs(Model).items() if generates(m) and m.hidden_size > 0 and not np.isnan(m.vocabulary)
]


@pytest.mark.parametrize("slug", LANGUAGE_MODELS)
def test_every_parameter_of_a_shipped_model_is_multiplied_or_looked_up_once(slug):
    model = find(Model, slug)
    # The decoder's own sum counts a head and an embedding of the same size; the catalog says whether they are one.
    counted = float(parameters(decoder_of(model))) - float(head_parameters(model)) + float(embedding_parameters(model))
    assert counted == pytest.approx(model.parameters, rel=0.02)


@pytest.mark.parametrize("slug", ["llama-3-8b", "gpt2-xl", "deepseek-v3", "gpt-oss-120b", "qwen3-30b-a3b"])
def test_the_widths_of_a_decoder_are_those_of_the_catalog_within_its_norms_and_biases(slug):
    model, decoder = find(Model, slug), decoder_of(find(Model, slug))
    if decoder.has_experts:
        assert decoder.expert_intermediate == pytest.approx(model.expert_intermediate_size, rel=0.02)
    if decoder.has_dense:
        assert decoder.intermediate == pytest.approx(model.intermediate_size, rel=0.03)


@pytest.mark.parametrize("slug", ["llama-3-8b", "deepseek-v3", "gemma-3-27b", "mistral-7b", "t5-3b"])
def test_the_cache_of_a_decoder_is_that_of_the_model(slug):
    model = find(Model, slug)
    kept = float(kv_cache(decoder_of(model)).elements(5000.0))
    assert kept == pytest.approx(float(kv_elements(model, 5000.0)))


def test_the_textbook_is_one_roofline_and_knows_no_kernels():
    model = find(Model, "llama-3-8b")
    priced = price_decode(model, server(timing=Timing.ROOFLINE), 1.0, 0.0)
    assert float(priced.time.total) == pytest.approx(8030261248 * 2 / 3.35e12 + 10e-6 + 32 * 10e-6)
    assert np.isnan(priced.kernels.total)
    assert float(price_decode(model, server(timing=Timing.ROOFLINE), 1.0, 0.0, 5.0).time.total) == float(
        priced.time.total
    )


def test_checking_drafted_tokens_costs_their_arithmetic_and_their_experts():
    mixtral = find(Model, "mixtral-8x7b")
    one, five = (price_decode(mixtral, server(), 1.0, 1000.0, k) for k in (1.0, 5.0))
    assert float(five.kernels.experts) > 2 * float(one.kernels.experts)
    assert float(five.flop) == pytest.approx(5 * float(one.flop))


def test_a_shared_bus_slows_the_all_reduces_of_more_than_two_devices():
    model = find(Model, "llama-3-8b")
    own, shared = (price_prefill(model, server(devices=8.0, shared_bus=bus), 4.0, 2000.0) for bus in (False, True))
    assert float(shared.time.network) > 3 * float(own.time.network)
    rest = float(shared.time.total) - float(shared.time.network)
    assert rest == pytest.approx(float(own.time.total) - float(own.time.network))


def test_a_chip_without_a_rate_in_16_bits_runs_all_at_the_rate_it_has():
    chip = dataclasses.replace(find(Accelerator, "h100-sxm5-80gb"), peak=np.array([np.nan] * 6 + [1e14] + [np.nan] * 2))
    assert np.isfinite(
        float(price_decode(find(Model, "llama-3-8b"), server(chip, Precision.INT8), 1.0, 10.0).time.total)
    )


@pytest.mark.parametrize("precision", [Precision.FP4, Precision.INT4])
def test_weights_in_4_bits_are_multiplied_in_16_where_the_chip_has_no_rate_for_them(precision):
    h100, b200 = (find(Accelerator, slug) for slug in ("h100-sxm5-80gb", "b200-sxm-180gb"))
    widened, half = (kernel_device(h100, each, 450e9) for each in (precision, Precision.BF16))
    assert widened.product_rate == half.product_rate and not widened.narrow
    assert kernel_device(h100, Precision.FP8, 450e9).narrow
    assert kernel_device(b200, Precision.FP4, 900e9).peak == 2 * kernel_device(b200, Precision.FP8, 900e9).peak


def test_a_chip_without_16_bits_multiplies_weights_in_4_bits_as_it_can():
    only_8_bits = dataclasses.replace(find(Accelerator, "nrf52840"), peak=table({"int8": 128e6}))
    assert kernel_device(only_8_bits, Precision.INT4, 1e6).peak == 128e6


def test_columns_of_formats_and_chips_widen_as_each_alone():
    several = [find(Accelerator, slug) for slug in ("h100-sxm5-80gb", "b200-sxm-180gb", "a100-sxm4-80gb")]
    formats = np.array([Precision.FP4, Precision.INT4, Precision.FP4])
    together = kernel_device(stack(several), formats, np.full(3, 450e9)).peak
    alone = [kernel_device(chip, int(code), 450e9).peak for chip, code in zip(several, formats, strict=True)]
    assert together.tolist() == alone
