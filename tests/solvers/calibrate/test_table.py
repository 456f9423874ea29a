import pytest

from solvers.calibrate.prompt import calibrate
from solvers.calibrate.table import LONGEST, MOST_ROWS, errors_in_words, in_words, read_table, with_row
from solvers.errors import InputErrors

HEADER = "accelerator,model,precision,batch size,TTFT (ms),ITL (ms)"


def errors_of(text):
    with pytest.raises(InputErrors) as bad:
        read_table(text)
    return list(errors_in_words(bad.value.errors))


def test_a_header_has_the_units_of_bare_numbers():
    (row,) = read_table(f"{HEADER}\nh100,llama-3-8b,bf16,8,90,6.5").rows
    assert row.text == {"accelerator": "h100", "model": "llama-3-8b", "precision": "bf16", "batch_size": "8"}
    assert row.figures == pytest.approx({"ttft": 0.09, "itl": 0.0065}) and row.number == 1


@pytest.mark.parametrize(
    "header", ["GPU;model;TPOT [ms]", "chip\tModel\titl_ms", "accelerator, model, step time (ms)", "gpu,model,itl ms"]
)
def test_names_units_and_separators_are_those_that_people_use(header):
    separator = ";" if ";" in header else "\t" if "\t" in header else ","
    (row,) = read_table(f"{header}\r\n{separator.join(['h100', 'llama-3-8b', '6.5'])}\r\n").rows
    assert row.figures == pytest.approx({"itl": 0.0065})


def test_a_cell_may_have_its_own_unit():
    (row,) = read_table("gpu,model,ttft,itl (ms)\nh100,llama-3-8b,1.5 s,800 us").rows
    assert row.figures == pytest.approx({"ttft": 1.5, "itl": 8e-4})


def test_an_empty_cell_is_no_measurement_and_energy_is_not_fitted():
    table = read_table("gpu,model,ttft (ms),itl (ms),Energy (J)\nh100,llama-3-8b,,7,700")
    assert table.rows[0].figures == pytest.approx({"itl": 0.007}) and table.ignored == ("Energy (J)",)


def test_power_and_training_steps_are_figures_with_units_of_their_own():
    (row,) = read_table("gpu,model,power_kw\nh100,llama-3-8b,0.65").rows
    assert row.figures == pytest.approx({"power": 650.0}) and row.wall == "serving"
    (row,) = read_table("gpu,model,sequence length,step time (ms)\nh100,llama-3-8b,4096,850").rows
    assert row.figures == pytest.approx({"step_time": 0.85}) and row.wall == "parallelism"
    assert {row.text[name] for name in ("data_parallel", "tensor_parallel", "microbatches")} == {"1"}


def test_a_global_batch_gives_the_micro_batches():
    header = "gpu,model,seq,gbs,mbs,dp,training step (s)"
    (row,) = read_table(f"{header}\nh100,llama-3-8b,4096,128,2,8,3.1").rows
    assert row.text["microbatches"] == "8" and "global_batch_size" not in row.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Rows need a header"),
        (HEADER, "Rows need a header"),
        ("gpu,model\nh100,llama", "Rows need a column of what was measured: 'TTFT (ms)'"),
        ("gpu,model,power\nh100,llama,300", "Row 1, Power has no unit; write '300 W'"),
        ("gpu,model,power (W)\nh100,llama,-300", "Row 1, Power must be the power of one device, above 0"),
        ("gpu,model,power (W)\nh100,llama,300 ms", "Row 1, Power needs a power"),
        ("gpu,model,seq,step (s)\nh100,llama,,3", "Row 1, sequence length is empty; a training step needs it."),
        ("gpu,model,seq,batch,step (s)\nh100,llama,4096,8,3", "Row 1, batch size is an input of serving"),
        ("gpu,model,seq,itl (s)\nh100,llama,4096,3", "Row 1, sequence length is an input of a training step"),
        ("gpu,model,seq,step (s),itl (s)\nh100,llama,4096,3,4", "Row 1 has figures of serving and of a training step"),
        ("gpu,model,seq,gbs,dp,step (s)\nh100,llama,4096,20,8,3", "Row 1, global batch size must be a multiple of"),
        ("gpu,model,seq,gbs,dp,step (s)\nh100,llama,4096,x,8,3", "Row 1, global batch size needs a"),
        ("model,ttft (ms)\nllama,3", "Rows need a column of accelerator."),
        ("gpu,model,itl (ms),speed\nh100,llama,3,4", "Rows have an unknown column 'speed'."),
        ("gpu,model,itl (ms),tpot (ms)\nh100,llama,3,4", "Rows have two columns of ITL; keep one."),
        ("gpu,model,itl\nh100,llama,3", "Row 1, ITL has no unit; write '3 ms'"),
        ("gpu,model,itl (ms)\nh100,llama,-3", "Row 1, ITL must be a time above 0"),
        ("gpu,model,itl (ms)\nh100,llama,fast", "Row 1, ITL needs a number"),
        ("gpu,model,itl (ms)\nh100,llama,3 kg", "Row 1, ITL needs a time"),
        ("gpu,model,itl (kg)\nh100,llama,3", "Row 1, ITL needs a time"),
        ("gpu,model,itl (ms)\nh100,,3", "Row 1, model is empty."),
        ("gpu,model,itl (ms)\nh100,llama,", "Row 1 has no ITL."),
        ("gpu,model,itl (ms)\nh100,llama,1,024", "Row 1 has 4 cells; the header has 3."),
        ("x" * (LONGEST + 1), f"Rows are {LONGEST + 1:,} characters long"),
        ("gpu,model,itl (ms)" + "\na,b,1" * (MOST_ROWS + 1), f"Rows are {MOST_ROWS + 1}; {MOST_ROWS} is the most."),
    ],
)
def test_a_bad_table_is_a_sentence(text, said):
    assert errors_of(text)[0].startswith(said)


def test_every_bad_cell_is_named_by_row_and_column():
    said = errors_of("gpu,model,ttft (ms),itl (ms)\nh100,llama,x,y\n,llama,1,2")
    assert [each.split(" needs")[0].split(" is")[0] for each in said] == [
        "Row 1, TTFT",
        "Row 1, ITL",
        "Row 2, accelerator",
    ]


def test_every_fault_of_the_header_is_named_at_once():
    said = errors_of("batch,spede,batch size\n1,2,3")
    assert [each.split("'")[0].split(";")[0] for each in said] == [
        "Rows have an unknown column ",
        "Rows have two columns of batch size",
        "Rows need a column of what was measured: ",
        "Rows need a column of accelerator and of model.",
    ]


def test_a_byte_order_mark_and_control_characters_are_no_part_of_a_name():
    assert read_table("\ufeffgpu,model,itl (ms)\nh100,llama,3").rows[0].figures == {"itl": 0.003}
    assert "'a�b'" in errors_of("gpu,model,itl (ms),a\x00b\nh100,llama,3,4")[0]


def faults(text):
    with pytest.raises(InputErrors) as bad:
        calibrate(text)
    return [f"{in_words(error.field)} {error.sentence}" for error in bad.value.errors]


def test_errors_of_figures_and_of_questions_are_named_together_by_row():
    said = faults("gpu,model,batch,ttft (ms)\nh100,llama-3-8b,zero,-3\nh100,nope,1,20\nh100,llama-3-8b,1,nan")
    assert [each.split(" needs")[0].split(" must")[0].split(" is ")[0] for each in said][:2] == [
        "Row 1, TTFT",
        "Row 1, batch size",
    ]
    assert (
        said[2].startswith("Row 2, model")
        and said[3].startswith("Row 3, TTFT needs a finite number")
        and len(said) == 4
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("h100,llama-3-8b,1,0.0235,6.6", "Row 1, TTFT is 23.5 µs: the peaks of the data sheet allow no less than 1"),
        (
            "h100,llama-3-8b,1,23.5,0.0066",
            "Row 1, ITL is 6.6 µs: the peaks of the data sheet allow no less than 4.8",
        ),
        ("h100,llama-3-8b,1,23.5,6580 s", "Row 1, ITL is 1.83 h: more than 2,000 times the 4.8"),
    ],
)
def test_times_in_another_unit_than_the_others_are_named_by_row(row, said):
    (only,) = faults(f"gpu,model,batch,ttft (ms),itl (ms)\n{row}\nh100,llama-3-8b,4,91.5,6.78")
    assert only.startswith(said)


def test_a_row_is_added_under_the_header_there_is():
    text = "gpu;itl (ms);model\nh100;6;llama-3-8b"
    added = with_row(text, {"accelerator": "a100", "model": "llama-3-8b", "itl": "12 ms"})
    assert added.splitlines()[-1] == "a100;12 ms;llama-3-8b"
    assert read_table(added).rows[1].figures == pytest.approx({"itl": 0.012})


def test_the_first_row_gets_a_header_and_a_header_a_missing_column():
    added = with_row("", {"accelerator": "a100", "model": "llama-3-8b", "ttft": "1 s"})
    assert read_table(added).rows[0].figures == {"ttft": 1.0}
    more = with_row("gpu,model,itl (ms)\nh100,llama,3", {"accelerator": "h100", "model": "llama", "power": "500 W"})
    assert read_table(more).rows[1].figures == {"power": 500.0} and more.startswith("gpu,model,itl (ms),Power\n")
