"""The published measurements nearest to a result on the pages of serving and training."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.answer import answer
from mlsysweb.show.charts.kinds import draw
from mlsysweb.show.measurements.candidates import candidates_of
from mlsysweb.show.measurements.configurations import MeasuredConfiguration
from mlsysweb.show.measurements.nearest import nearby, nearest
from mlsysweb.show.measurements.page import NearbyMeasurements
from mlsysweb.show.measurements.rows import measurements
from solvers.quantities import format_quantity
from solvers.registry import solvers
from tests.evidence.energy import PROMPTS
from tests.evidence.figures import HERE

pytestmark = pytest.mark.usefixtures("catalog")

H100 = "h100-sxm5-80gb"
LLAMA = (8.03e9, 8.03e9)


def near(wall, **text):
    return nearby(wall, answer(solvers()[wall], text))


def asked(**changes):
    numbers = {"devices": 1.0, "batch": 16.0, "prompt": 1024.0, "output": 128.0} | changes.pop("numbers", {})
    given = {"chip": H100, "model": "llama-3-8b", "parameters": LLAMA, "precision": "fp16"}
    return MeasuredConfiguration(numbers=numbers, **(given | changes))


def test_a_measured_configuration_is_its_own_nearest():
    rows = near("serving", batch_size="16", prompt_length="1024", output_length="128").rows
    decode = [row for row in rows if row.quantity.startswith("ITL")]
    assert decode[0].configuration == "Llama 3.1 8B, BF16, 1 device, TensorRT-LLM, 16 concurrent, 1,024 in, 128 out"
    assert decode[0].source.url.startswith("https://")


@pytest.mark.parametrize(
    ("batch", "prompt", "output"), [("16", "1024", "128"), ("1", "128", "128"), ("64", "1024", "1024")]
)
def test_the_prediction_of_a_measured_configuration_is_that_of_the_page(batch, prompt, output):
    """Within the digits that are shown, as the evidence asks for the same model by its own figures."""
    result = answer(solvers()["serving"], {"batch_size": batch, "prompt_length": prompt, "output_length": output})
    place = nearest(
        candidates_of("decode", H100),
        asked(numbers={"batch": float(batch), "prompt": float(prompt), "output": float(output)}),
    )[0]
    predicted = candidates_of("decode", H100).rows["default"][place]
    assert predicted == pytest.approx(result.values["itl"].value, rel=0.01)


@given(
    st.fixed_dictionaries(
        {
            "devices": st.sampled_from([1.0, 2.0, 4.0, 8.0]),
            "batch": st.floats(1, 1e4),
            "prompt": st.floats(64, 1e5),
            "output": st.floats(16, 1e4),
        }
    ),
    st.sampled_from(["fp16", "fp8"]),
    st.booleans(),
)
def test_every_number_of_a_near_measurement_is_within_a_factor_of_two(numbers, precision, server):
    candidates = candidates_of("decode", H100)
    rows = candidates.rows.where(nearest(candidates, asked(numbers=numbers, precision=precision, server=server)))
    for name, value in numbers.items():
        assert ((rows[name] / value >= 0.5) & (rows[name] / value <= 2)).all()
    assert set(rows["precision"]) <= {{"fp16": "bf16"}.get(precision, precision)}
    assert all(("server" in quantity) == server for quantity in set(rows["quantity"].tolist()))


def test_measurements_of_the_same_model_come_first_then_those_of_its_size():
    candidates = candidates_of("answer", H100)
    numbers = {"batch": 16.0, "prompt": 512.0, "output": 512.0}
    models = candidates.model[nearest(candidates, asked(numbers=numbers, server=True))].tolist()
    assert models[0] == "llama-3-8b" and set(models) == {"llama-3-8b", "llama-2-7b", "mistral-7b", "qwen2-7b"}
    assert models == sorted(models, key=lambda name: name != "llama-3-8b")


def test_a_server_is_compared_with_servers():
    text = {"model": "deepseek-r1", "accelerator": "b200-sxm-180gb", "precision": "fp8", "tensor_parallel": "8"}
    rows = near("serving", **text, concurrency="64", prompt_length="1024", output_length="1024").rows
    assert rows and all(row.quantity.endswith("server") for row in rows)


def test_a_training_run_is_compared_by_its_fleet_and_its_split():
    text = {"model": "llama-2-13b", "sequence_length": "2048", "microbatch_size": "2", "data_parallel": "64"}
    found = near("parallelism", **text, tensor_parallel="1", pipeline_parallel="1")
    assert found.rows and all("devices, 2 micro-batch, 2,048 tokens long" in row.configuration for row in found.rows)
    assert near("parallelism", **text, tensor_parallel="1", pipeline_parallel="4").rows == ()


@pytest.mark.parametrize(
    "text",
    [
        {"accelerator": "mi300x"},
        {"accelerator.memory_bandwidth": "x2"},
        {"model.layers": "64"},
        {"batch_size": "300", "prompt_length": "32"},
        {"precision": "fp32"},
        {"draft_model": "llama-3.2-1b"},
        {"decode_accelerator": "h100-sxm5-80gb"},
        {"cached_prefix_length": "512"},
    ],
)
def test_what_was_not_measured_has_nothing_near(text):
    assert near("serving", **text).rows == ()


MEASURED_WALLS = (
    "serving",
    "batching",
    "efficiency",
    "reasoning",
    "parallelism",
    "training_memory",
    "collectives",
    "ingestion",
    "roofline",
    "sustainability",
    "battery",
)


@pytest.mark.parametrize("wall", sorted(set(solvers()) - set(MEASURED_WALLS)))
def test_a_wall_that_predicts_nothing_measured_says_so_and_draws_nothing(client, wall):
    assert nearby(wall, answer(solvers()[wall], {})) == NearbyMeasurements((), "")
    html = client.get(f"/walls/{wall}/").content.decode()
    assert "No published measurement within 2× of this point. The recorded measurements have no figure" in html
    assert "Measured: %{text}" not in html and "90 % interval" not in html


# Questions of walls with measurements that none of these is of.
@pytest.mark.parametrize(
    ("wall", "text"),
    [
        ("roofline", {"phase": "prefill"}),
        ("efficiency", {"phase": "training"}),
        ("efficiency", {"phase": "forward", "model": "resnet-50"}),
        ("reasoning", {}),
    ],
)
def test_a_question_of_which_nothing_was_measured_says_so(client, wall, text):
    assert nearby(wall, answer(solvers()[wall], text)) == NearbyMeasurements((), "")
    assert "No published measurement within 2× of this point." in client.get(f"/walls/{wall}/", text).content.decode()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_page_and_update_list_them_or_say_that_there_are_none(client, headers):
    html = client.get("/walls/serving/", headers=headers).content.decode()
    assert "Published measurements" in html and "aiconfigurator" in html
    none = client.get("/walls/serving/?accelerator=mi300x", headers=headers).content.decode()
    assert "No published measurement within 2× of this point." in none


def test_an_unknown_number_of_a_row_does_not_exclude_it():
    candidates = candidates_of("training", H100)
    assert np.isnan(candidates.rows["output"]).all()
    assert len(nearest(candidates, asked(numbers={"devices": 64.0, "batch": 2.0, "prompt": 2048.0})))


def like_a_batch_of_llama_8b():
    """Return the decode steps of batches on one or two H100s in 16 bits, of models of 4B to 16B parameters."""
    own = candidates_of("decode", H100)
    size = np.abs(np.log2(own.parameters / LLAMA[0])) <= 1
    same = (own.model == "llama-3-8b") | (size & (np.abs(np.log2(own.active / LLAMA[0])) <= 1))
    few = np.isnan(own.numbers["devices"]) | (own.numbers["devices"] <= 2)
    return own.rows.where((own.rows["precision"] == "bf16") & same & few & ~own.server)


def test_the_errors_are_those_of_the_chip_precision_devices_and_size():
    rows = like_a_batch_of_llama_8b()
    off = np.abs(rows["default"] / rows["measured"] - 1)
    off = off[~np.isnan(off)]
    assert len(off) >= 10
    start = (
        f"Decode steps, {len(off):,} measured on NVIDIA H100 SXM5 80GB in BF16, on 1 or 2 devices, models of half to "
        "twice its size: "
    )
    sentence = next(each for each in near("serving").errors if each.startswith(start))
    assert f"half of the predictions are within {100 * np.median(off):.2g} %" in sentence
    assert f"nine of ten within {100 * np.quantile(off, 0.9):.2g} %" in sentence


def bands(wall, **text):
    return {each.output: each for each in near(wall, **text).bands}


def test_a_headline_figure_has_the_band_of_nine_of_ten_measurements_like_it():
    rows, itl = like_a_batch_of_llama_8b(), answer(solvers()["serving"], {}).values["itl"].value
    ends = itl * np.quantile(rows["measured"] / rows["default"], (0.05, 0.95))
    low, high = (format_quantity(end, "s").partition(" ")[0] for end in ends)
    shown = bands("serving")
    assert shown["itl"].reach == f"{low}–{high} ms"
    assert shown["itl"].of.startswith(f"{len(rows)} on NVIDIA H100 SXM5 80GB in BF16, on 1 or 2 devices, ")
    assert {"ttft", "itl", "end_to_end_latency", "decode_throughput", "energy_per_token"} == set(shown)


def number(text):
    return float(text.partition(" ")[0].replace(",", ""))


def test_a_rate_has_the_band_of_the_time_it_is_the_inverse_of():
    result, shown = answer(solvers()["serving"], {}), bands("serving")
    times = [number(end) for end in shown["itl"].reach.split("–")]
    rates = [number(end) for end in shown["decode_throughput"].reach.split("–")]
    told = 1e3 * float(result.values["batch_size"].value)
    assert rates == pytest.approx([told / time for time in reversed(times)], rel=0.01)


def test_other_efficiencies_have_their_own_errors_and_typed_ones_none():
    ideal = near("serving", timing="roofline", efficiency="1", bandwidth_efficiency="1", layer_overhead="0 s")
    assert {each.output for each in ideal.bands} >= {"itl", "ttft"}
    assert bands("serving")["itl"].reach != {each.output: each.reach for each in ideal.bands}["itl"]
    assert ideal.rows[0].measured == near("serving").rows[0].measured
    assert ideal.rows[0].predicted != near("serving").rows[0].predicted
    typed = near("serving", efficiency="70 %")
    assert typed.bands == () and "their errors are not known" in typed.errors[0] and typed.rows


@pytest.mark.parametrize(
    ("wall", "output"),
    [("parallelism", "step_time"), ("training_memory", "activations"), ("collectives", "ring")],
)
def test_headline_figures_of_training_have_a_band(wall, output):
    assert output in bands(wall, **MEASURED[wall])


def test_the_page_shows_the_band_beside_the_figure(client):
    html = client.get("/walls/serving/").content.decode()
    headline, rest = html.split('<section aria-labelledby="measured-title">')
    assert headline.count("90 % interval: <span>") == 4
    assert rest.count("90 % interval: <span>") == 1 and "on NVIDIA H100 SXM5 80GB in BF16" in rest


def test_figures_of_a_system_that_does_not_fit_have_no_band(client):
    html = client.get("/walls/serving/", {"model": "llama-3-70b", "tensor_parallel": "1"}).content.decode()
    assert "If it could run" in html
    assert "90 % interval" not in html


def test_a_chip_with_few_rows_is_told_of_the_others_and_a_bias_with_its_side():
    sentence = near("serving", accelerator="l4").errors[0]
    assert "on other accelerators, fewer than 10 on NVIDIA L4:" in sentence
    assert any("They tend to be too low, by" in each for each in near("serving").errors)


# Questions near which something was measured, of each wall that predicts it.
MEASURED = {
    "serving": {},
    "batching": {"max_batch_size": "16", "context_length": "1024"},
    "parallelism": {
        "model": "llama-2-13b",
        "sequence_length": "2048",
        "microbatch_size": "2",
        "data_parallel": "64",
        "tensor_parallel": "1",
        "pipeline_parallel": "1",
    },
    "training_memory": {"model": "llama-2-7b", "tensor_parallel": "4", "batch_size": "2"},
    "collectives": {"devices": "8", "message": "64 MiB"},
    "ingestion": {"storage_bandwidth": "100 GB/s", "io_bandwidth": "100 GB/s", "demand_bandwidth": "20 GB/s"},
    "roofline": {"batch_size": "64"},
    "efficiency": {"phase": "decode", "batch_size": "16", "sequence_length": "1088"},
    "reasoning": {
        "served_model": "llama-3.1-8b",
        "served_on": H100,
        "samples": "16",
        "prompt_length": "600",
        "reasoning_steps": "0",
        "answer_tokens": "400",
    },
    "sustainability": {"mfu": "0", "devices": "8", "duration": "60 s", "accelerator": "a100-sxm4-80gb"},
}
MICROCONTROLLER = {"model": "mlperf-tiny-kws-dscnn", "accelerator": "stm32f407", "precision": "int8"}


@pytest.mark.parametrize("wall", MEASURED)
def test_every_wall_with_evidence_lists_the_nearest_and_its_errors(wall):
    found = near(wall, **MEASURED[wall])
    assert found.rows and found.errors and all(row.source.url.startswith("https://") for row in found.rows)
    assert not any("  " in each or " in :" in each for each in found.errors)


def test_a_roofline_of_a_microcontroller_lists_boards_of_about_its_rate_that_ran_the_network():
    rows = near("roofline", **MICROCONTROLLER).rows
    assert rows and all("kws" in row.configuration and "microcontroller" in row.quantity for row in rows)
    boards = {row.configuration.partition(" (")[0] for row in rows}
    assert boards <= {"STM32F746", "STM32L4R5", "STM32H7A3", "STM32U575", "Nordic nRF5340"}
    assert near("roofline", **MICROCONTROLLER, batch_size="8").rows == ()


@pytest.mark.parametrize("wall", MEASURED)
def test_measured_points_are_drawn_hollow_in_one_trace_of_a_panel_and_named(wall):
    result = answer(solvers()[wall], MEASURED[wall])
    points = nearby(wall, result).points
    drawn = [draw(chart, result, points) for chart in result.charts if chart.kind == "curve"]
    traces = [[trace for trace in chart["data"] if trace.get("name") == "measured"] for chart in drawn]
    assert any(traces)
    for chart, found in zip(drawn, traces, strict=True):
        assert len({trace["yaxis"] for trace in found}) == len(found)
        named = [each for each in chart["layout"].get("annotations", ()) if "◇\u00a0measured" in each["text"]]
        assert len(named) == bool(found)
        for trace in found:
            assert trace["marker"]["symbol"].endswith("-open") and len(trace["text"]) == len(trace["x"])


def test_the_hover_text_names_figure_source_chip_model_and_precision():
    point = near("serving").points[0]
    for words in ("aiconfigurator", "NVIDIA H100 SXM5 80GB", "Llama 3.1 8B", "BF16"):
        assert words in point.words
    result = answer(solvers()["serving"], {})
    chart = draw(result.charts[0], result, (point,))
    texts = [trace["text"] for trace in chart["data"] if trace.get("name") == "measured"]
    assert texts[0][0].startswith(point.row.measured)


@pytest.mark.parametrize(("batch", "drawn"), [("4", {128, 1024, 4096}), ("8", set())])
def test_a_point_of_first_tokens_has_the_batch_of_the_question(batch, drawn):
    points = [each.figures for each in near("serving", batch_size=batch).points if "ttft" in each.figures]
    assert {each["prompt_length"] for each in points} == drawn


def test_points_of_collectives_spread_over_the_sizes_on_the_same_links():
    points = near("collectives", devices="8", message="64 MiB").points
    sizes = sorted(each.figures["message"] for each in points)
    assert len(sizes) >= 6 and sizes[-1] / sizes[0] > 30
    assert {each.row.chip for each in points} == {"NVIDIA H100 SXM5 80GB"}


def test_a_drawn_point_is_near_in_all_but_the_input_along_the_chart():
    """The rows drawn beside a batch of 1 reach batches of 64 and more, at prompts of up to twice the question's."""
    points = [each.figures for each in near("serving", batch_size="1").points if "itl" in each.figures]
    assert max(each["batch_size"] for each in points) >= 64
    assert all(each["decode_throughput"] == pytest.approx(each["batch_size"] / each["itl"]) for each in points)


def test_the_throughput_of_a_measured_step_is_what_its_source_states():
    """mpt-13b on 64 H100s: 4,800 tokens a second of each."""
    points = near("parallelism", **MEASURED["parallelism"]).points
    each = next(point.figures for point in points if point.figures["data_parallel"] == 64)
    row = next(
        row
        for row in csv.DictReader((HERE / "training.csv").open())
        if (row["model"], row["gpus"], row["seq_len"], row["micro_batch"], row["gpu"], row["precision"])
        == ("mpt-13b", "64", "2048", "2", H100, "bf16")
    )
    assert each["tokens_per_second"] == pytest.approx(64 * float(row["tokens_per_s_per_gpu"]), rel=1e-3)


def test_every_drawn_point_is_listed_with_its_source(client):
    found = near("serving")
    html = client.get("/walls/serving/", headers={"HX-Request": "true"}).content.decode()
    for point in found.points:
        assert point.row in (*found.rows, *found.drawn)
        assert f'aria-label="{point.row.source.words}: {point.row.configuration}' in html


def test_predictions_that_miss_nearby_are_said_to_with_the_side():
    server = {"concurrency": "16", "tensor_parallel": "4", "prompt_length": "1024", "output_length": "1024"}
    missed = [each for each in near("serving", **server).errors if each.startswith("Known error here")]
    assert missed and "too low" in missed[0]
    assert not [each for each in near("parallelism", **MEASURED["parallelism"]).errors if "Known error" in each]


IDLE = {"devices": "8", "tdp": "400 W", "duration": "15 s", "mfu": "0", "accelerator": "a100-sxm4-80gb"}
# About the lengths of a chat of ML.ENERGY.
CHAT = {"prompt_length": "300", "output_length": "400"}
ENERGY = {"batch_size", "concurrency", "energy_per_sample", "energy_per_token"}
TINY = {"model": "mlperf-tiny-kws-dscnn", "accelerator": "stm32f407", "precision": "int8", "batch_size": "1"}


@pytest.mark.parametrize(
    ("wall", "text", "figures"),
    [
        ("roofline", {"phase": "decode", "batch_size": "16"}, ENERGY),
        ("serving", {"batch_size": "16", **CHAT}, ENERGY),
        ("serving", {"concurrency": "16", **CHAT}, ENERGY),
        ("roofline", {"phase": "decode", "batch_size": "16"}, {"batch_size", "power"}),
        ("roofline", TINY, {"batch_size", "latency", "throughput"}),
        ("sustainability", IDLE, {"duration", "it_energy"}),
    ],
)
def test_energy_power_microcontrollers_and_idle_nodes_are_drawn_on_their_charts(wall, text, figures):
    result = answer(solvers()[wall], text)
    found = nearby(wall, result)
    own = [point for point in found.points if set(point.figures) == figures]
    assert own and all(point.row.source.url.startswith("https://") for point in own)
    urls = [
        url
        for chart in result.charts
        for trace in draw(chart, result, found.points)["data"]
        if trace.get("name") == "measured"
        for url in trace["meta"]["urls"]
    ]
    assert {point.row.source.url for point in own} <= set(urls)
    near_the_line = [figure for point in own for name, figure in point.figures.items() if name in result.outputs]
    assert all(np.isfinite(near_the_line))


def test_the_power_that_is_drawn_is_that_of_one_device_and_of_the_same_model_first():
    points = near("roofline", phase="decode", batch_size="16").points
    watts = [point for point in points if "power" in point.figures]
    assert len(watts) > 2 and all("Llama 3 8B" in point.words for point in watts)
    assert len({point.figures["batch_size"] for point in watts}) == len(watts)


def test_with_a_calibration_the_measurements_stay_and_the_errors_of_the_catalogs_constants_go():
    text = {"accelerator": H100, "accelerator.measured_kernel_time": "5 us"}
    named = near("serving", **text, **{"accelerator.calibration": f"{H100}: Lab 3"})
    assert named.rows == near("serving").rows and named.points and not named.bands
    assert [error for error in named.errors if "their errors are not known" not in error] == []
    assert near("serving", **text).rows == ()


def energy_errors(wall):
    rows = measurements()
    kept = (rows["kind"] == "energy") & (rows["precision"] == "bf16") & ~np.isnan(rows[f"{wall}.default"])
    return rows[f"{wall}.default"][kept] / rows["measured"][kept] - 1


@pytest.mark.parametrize(
    ("wall", "text", "predictions"),
    [
        ("serving", {"concurrency": "16", **CHAT}, "serving"),
        ("serving", {"batch_size": "16", **CHAT}, "batch"),
        ("roofline", {"batch_size": "16"}, "roofline"),
    ],
)
def test_the_error_of_a_tokens_energy_is_that_of_the_wall_that_is_asked(wall, text, predictions):
    """A server's energy a token is what the serving wall has for as many concurrent requests."""
    found = near(wall, **text)
    row = next(row for row in found.rows if row.quantity == "energy per token")
    recorded = measurements()
    at = np.flatnonzero(recorded["kind"] == "energy")
    shown = {format_quantity(recorded[f"{predictions}.default"][place], "J") for place in at.tolist()}
    assert row.predicted in shown
    told = [each for each in found.errors if each.startswith("Energy per token")]
    assert len(told) == 1 and "too low" in told[0]
    assert np.median(energy_errors(predictions)) < -0.05


def test_the_serving_wall_answers_a_measured_server_as_recorded():
    """Within what the rounding of batch and tokens changes; prompts of this task have 250 tokens in the mean."""
    rows = measurements()
    same = (rows["kind"] == "energy") & (rows["model"] == "qwen3-8b") & (rows["precision"] == "bf16")
    place = next(each for each in np.flatnonzero(same).tolist() if rows["url"][each].endswith("gpqa.json"))
    text = {name: f"{rows[name][place]:.0f}" for name in ("batch", "output")}
    asked = {"model": "qwen3-8b", "concurrency": text["batch"], "output_length": text["output"]}
    found = answer(solvers()["serving"], {**asked, "prompt_length": "250", "tensor_parallel": "1"})
    assert found.values["energy_per_token"].value == pytest.approx(rows["serving.default"][place], rel=0.02)


SERVER = {
    "model": "deepseek-r1",
    "accelerator": "b200-sxm-180gb",
    "precision": "fp8",
    "tensor_parallel": "8",
    "concurrency": "64",
    "prompt_length": "1024",
    "output_length": "1024",
}


@pytest.mark.parametrize(
    ("text", "axis", "outputs"),
    [
        ({"concurrency": "16", **CHAT}, "concurrency", {"energy_per_token"}),
        (SERVER, "concurrency", {"itl", "decode_throughput"}),
        ({"batch_size": "16"}, "batch_size", {"itl", "decode_throughput"}),
        ({"batch_size": "16", **CHAT}, "batch_size", {"energy_per_token"}),
    ],
)
def test_a_servers_measured_points_stand_along_its_concurrency_a_batchs_along_its_size(text, axis, outputs):
    result = answer(solvers()["serving"], text)
    found = nearby("serving", result)
    assert {chart.x[0] for chart in result.charts} == {"prompt_length", axis}
    charts = [draw(chart, result, found.points) for chart in result.charts if chart.x[0] == axis]
    assert sum(len([each for each in chart["data"] if each.get("name") == "measured"]) for chart in charts) == len(
        outputs
    )
    along = [point.figures for point in found.points if axis in point.figures]
    assert outputs <= {name for figures in along for name in figures}
    assert all("batch_size" not in figures for figures in along if "itl" in figures and axis == "concurrency")


@pytest.mark.parametrize(
    ("phase", "length", "output"), [("forward", {"sequence_length": "1024"}, "ttft"), ("decode", {}, "itl")]
)
def test_a_pass_of_one_device_is_predicted_as_serving_predicts_it(phase, length, output):
    """The rows beside the efficiency wall have the serving wall's predictions: the same sum of kernels."""
    batch = {"batch_size": "16"}
    text = {"phase": phase, "sequence_length": "1152", **batch, **length}
    one = answer(solvers()["efficiency"], text)
    other = answer(solvers()["serving"], {**batch, "prompt_length": "1024", "output_length": "256"})
    assert one.values["step_time"].value == pytest.approx(other.values[output].value, rel=1e-3)
    found = nearby("efficiency", one)
    assert found.rows and {"step_time", "mfu", "hfu", "throughput"} == {each.output for each in found.bands}


@pytest.mark.parametrize(
    "text",
    [{"gemm_efficiency": "90 %"}, {"timing": "roofline"}],
)
def test_a_typed_efficiency_of_a_pass_has_no_known_errors(text):
    found = near("efficiency", **MEASURED["efficiency"], **text)
    assert found.rows and not found.bands and "their errors are not known" in found.errors[0]


@pytest.mark.parametrize(
    "text", [{"attention": "unfused"}, {"pipeline_stages": "4"}, {"exposed_communication": "1 ms"}]
)
def test_a_pass_with_losses_of_its_own_has_nothing_near(text):
    found = near("efficiency", **MEASURED["efficiency"], **text)
    assert found.kind == "decode" and not found.rows and not found.points and not found.bands


def test_samples_in_one_batch_are_compared_with_decode_steps_and_the_energy_of_a_token():
    shown = near("reasoning", **MEASURED["reasoning"])
    assert {row.quantity.partition(",")[0] for row in shown.rows} == {"ITL", "TTFT", "energy per token"}
    assert {"latency", "cost_per_query", "energy_per_query"} <= {each.output for each in shown.bands}
    typed = near("reasoning", **MEASURED["reasoning"], power="400 W")
    assert "energy_per_query" not in {each.output for each in typed.bands}
    assert typed.errors[-1].startswith("Energy per token: with these inputs nothing was predicted")
    assert {"latency", "cost_per_query"} <= {each.output for each in typed.bands}


def test_the_band_of_a_querys_latency_is_that_of_its_decode_steps():
    result = answer(solvers()["reasoning"], MEASURED["reasoning"])
    latency, first = (float(result.values[name].value) for name in ("latency", "first_token_time"))
    rows = like_a_batch_of_llama_8b()
    ends = first + (latency - first) * np.quantile(rows["measured"] / rows["default"], (0.05, 0.95))
    shown = bands("reasoning", **MEASURED["reasoning"])["latency"].reach
    assert [number(end) for end in shown.split("–")] == pytest.approx(ends, rel=0.01)


def test_the_energy_of_a_token_is_compared_at_about_the_same_prompt(client):
    """The rows do not tell prompts: a chat of ML.ENERGY has 300 tokens in the mean, far from 1,024."""
    found = near("serving", batch_size="16")
    assert found.rows and "energy per token" not in {row.quantity for row in found.rows}
    assert found.none == ("End-to-end latency", "Energy per token")
    html = client.get("/walls/serving/?batch_size=16").content.decode()
    assert "Energy per token: no published measurement within 2× of this point." in html
    assert "Energy per token" not in near("serving", batch_size="16", **CHAT).none


def test_the_prompts_that_stand_in_are_those_of_the_evidence():
    rows = candidates_of("energy")
    tasks = [next(task for task in PROMPTS if url.endswith(f"{task}.json")) for url in rows.rows["url"].tolist()]
    assert rows.numbers["prompt"].tolist() == [PROMPTS[task] for task in tasks]


def test_a_battery_lists_the_nearest_measured_energies_each_with_its_source():
    """Keyword spotting at 1.06 mJ: that of an STM32U575 is 1.004 mJ. Nothing was predicted, so nothing is compared."""
    found = near("battery")
    first = found.rows[0]
    assert first.configuration == "STM32U575 (Cortex-M33), kws (STMicroelectronics, v1.1), INT8, 38.6 ms per inference"
    assert (first.quantity, first.measured) == ("energy per inference", "1 mJ")
    assert (first.predicted, first.ratio, first.far) == ("", "", False)
    assert len(found.rows) == 4 and all("mlcommons/tiny_results" in row.source.url for row in found.rows)
    assert (found.kind, found.errors, found.points, found.bands) == ("tinyml_energy", (), (), ())


@given(st.floats(1e-6, 1))
def test_the_energies_beside_a_battery_are_all_within_a_factor_of_two_and_the_nearest_of_them(joules):
    candidates = candidates_of("tinyml_energy")
    asked = MeasuredConfiguration("", "", (np.nan, np.nan), "", {"measured": joules})
    places = nearest(candidates, asked)
    far = np.abs(np.log2(candidates.rows["measured"] / joules))
    assert sorted(places.tolist()) == np.flatnonzero(far <= 1).tolist()
    assert (np.diff(far[places]) >= 0).all()


@pytest.mark.parametrize("energy", ["30 J", "40 uJ", "0 J"])
def test_a_battery_far_from_every_measured_energy_says_so(client, energy):
    assert near("battery", energy_per_inference=energy).rows == ()
    html = client.get("/walls/battery/", {"energy_per_inference": energy}).content.decode()
    assert "No published measurement within 2× of this point.</p>" in html


def test_the_page_of_a_battery_links_the_rows_and_all_of_their_kind(client):
    section = client.get("/walls/battery/").content.decode().split('id="measured-title"')[1].split("</section>")[0]
    assert section.count("https://github.com/mlcommons/tiny_results") == 4
    assert "predicted" not in section and "/accuracy/?kind=tinyml_energy" in section


def test_the_energies_of_boards_stay_off_the_roofline():
    found = near("roofline", **TINY)
    assert found.rows and {row.quantity for row in found.rows} == {"inference on a microcontroller"}
