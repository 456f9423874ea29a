import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvers.meta.iron_law import IronLawFactor, iron_law

# Questions for sentences that random questions rarely reach (tests/conformance/test_sentences.py).
RARE_QUESTIONS = [
    {"mfu": "1", "mfu_counts": "run", "goodput": "1", "devices": "1", "scaling_efficiency": "0.01"},
]

HOUR, DAY = 3600.0, 86400.0
shares = st.floats(0.01, 1)


def run(**other):
    return iron_law(**{"scaling_efficiency": 1, "goodput": 1, **other})


@pytest.mark.parametrize(
    ("values", "days"),
    [
        # Narayanan et al. 2021, section 5.1: 300 billion tokens, 1024 A100 at 140 TFLOP/s each: 34 days. They count
        # 8·T·P/(n·X), recomputation included; the model's own arithmetic is 6 of the 8.
        ({"total_ops": 8 * 300e9 * 175e9, "devices": 1024, "peak_rate": 312e12, "mfu": 140 / 312}, 34),
        # Zhang et al. 2022: OPT-175B, 992 A100 at 147 TFLOP/s each, 180 billion tokens: about 33 days with restarts.
        ({"total_ops": 8 * 180e9 * 175e9, "devices": 992, "peak_rate": 312e12, "mfu": 147 / 312}, 20),
    ],
)
def test_published_runs_take_the_time_their_authors_give(values, days):
    assert float(run(**values).training_time) / DAY == pytest.approx(days, rel=0.02)


def test_palm_has_the_mfu_its_paper_reports():
    # Chowdhery et al. 2022, table 3: 238,300 tokens/s on 6144 TPU v4 (275 TFLOP/s) are 46.2% MFU with attention.
    rate = 238_300 / 6144 / 275e12
    assert 6 * 540.35e9 * rate == pytest.approx(0.457, abs=0.001)
    o = run(total_ops=6 * 540.35e9 * 238_300 * DAY, devices=6144, peak_rate=275e12, mfu=0.457)
    assert float(o.training_time) == pytest.approx(DAY, rel=0.002)


def test_llama_3_405b_takes_the_device_hours_of_its_model_card():
    # Llama 3.1 model card: 30.84 million H100 hours; 15.6 trillion tokens; MFU of 38 to 43% in the paper.
    o = run(total_ops=6 * 405e9 * 15.6e12, devices=16384, peak_rate=989e12, mfu=0.40)
    assert float(o.device_hours) == pytest.approx(30.84e6, rel=0.15)


@given(mfu=shares, scaling=shares, goodput=shares)
def test_each_loss_is_the_time_its_factor_at_100_percent_would_save(mfu, scaling, goodput):
    factors = {"mfu": mfu, "scaling_efficiency": scaling, "goodput": goodput}
    o = iron_law(**factors)
    for name, loss in (("mfu", o.mfu_loss), ("scaling_efficiency", o.scaling_loss), ("goodput", o.goodput_loss)):
        saved = o.training_time - iron_law(**{**factors, name: 1}).training_time
        assert float(loss) == pytest.approx(float(saved), abs=1e-6 * float(o.training_time))
    assert float(o.training_time * o.overall_efficiency) == pytest.approx(float(o.ideal_time))
    weakest = min(factors, key=factors.__getitem__)
    assert factors[weakest] == factors[IronLawFactor(int(o.weakest)).name.lower()]


@given(scaling=shares)
def test_the_mfu_of_a_run_has_the_scaling_efficiency_in_it(scaling):
    alone = iron_law(mfu=0.4, scaling_efficiency=scaling, mfu_counts="run")
    assert float(alone.training_time) == float(iron_law(mfu=0.4, scaling_efficiency=1).training_time)
    assert float(alone.run_mfu) == 0.4 and float(alone.scaling_loss) == 0


@given(times=st.integers(2, 100))
def test_time_is_in_proportion_to_work_and_device_hours_do_not_depend_on_devices(times):
    one, many = iron_law(devices=10), iron_law(devices=10 * times)
    assert float(one.training_time) == pytest.approx(times * float(many.training_time))
    assert float(one.device_hours) == pytest.approx(float(many.device_hours))
    assert float(iron_law(total_ops=3.15e23 * times).device_hours) == pytest.approx(
        times * float(iron_law().device_hours)
    )


@given(mfu=shares, scaling=shares, goodput=shares)
def test_the_rate_that_counts_does_the_work_in_the_time(mfu, scaling, goodput):
    o = iron_law(mfu=mfu, scaling_efficiency=scaling, goodput=goodput)
    assert float(o.effective_rate * o.training_time) == pytest.approx(3.15e23)
    assert float(o.run_mfu) == pytest.approx(mfu * scaling)
