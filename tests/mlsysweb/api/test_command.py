import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.usefixtures("catalog")


def solve(*words, **options):
    out = StringIO()
    call_command("solve", *words, stdout=out, **options)
    return out.getvalue()


def test_it_says_the_verdict_and_every_output_in_human_units():
    text = solve("roofline", "batch_size=148")
    assert text.startswith("Compute-bound") and "latency" in text and " ms" in text


def test_as_json_it_gives_si_values_with_units():
    answer = json.loads(solve("roofline", "--json"))
    assert answer["outputs"]["latency"]["unit"] == "s"
    assert answer["outputs"]["latency"]["value"] == pytest.approx(5.124e-3, rel=1e-3)
    assert {"solver", "version", "inputs", "outputs", "notes"} <= set(answer)


def test_it_takes_units_slugs_and_inline_records():
    chip = 'accelerator={"peak": {"fp16": 989e12}, "memory_bandwidth": "3.35 TB/s", "memory_capacity": 80e9}'
    assert "Memory-bound" in solve("roofline", chip, "layer_overhead=20 us", "model=llama-3-8b")


def test_cases_of_a_file_answer_one_by_one_and_a_bad_one_stops_no_other(tmp_path):
    cases = [
        {"solver": "roofline", "inputs": {}},
        {"solver": "roofline", "inputs": {"batch_size": -1}},
        {"solver": "nope", "inputs": {}},
        7,
    ]
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    good, bad, unknown, no_case = json.loads(solve(cases=str(tmp_path / "cases.json")))
    assert good["outputs"]["bottleneck"] == "memory"
    assert (
        bad["error"]["field"] == "batch_size"
        and unknown["error"]["field"] == "solver"
        and no_case["error"]["field"] == "case"
    )


def test_a_bad_input_ends_with_its_sentence():
    with pytest.raises(CommandError, match=r"batch_size: must be at least 1"):
        solve("roofline", "batch_size=-1")


@pytest.mark.parametrize(
    ("words", "says"),
    [((), "Name a solver"), (("roofline", "batch"), "is not name=value"), (("rooflin",), "Did you mean roofline")],
)
def test_a_bad_call_is_a_sentence(words, says):
    with pytest.raises(CommandError, match=says):
        solve(*words)


def test_a_missing_file_is_a_sentence():
    with pytest.raises(CommandError, match="Can't read"):
        solve(cases="/nowhere.json")
