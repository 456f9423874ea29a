import pytest

from catalog.models import Accelerator, Fabric, Node
from catalog.transfer.cells import CellError, cell_value
from catalog.transfer.columns import read_headings

FORMULA = "is a formula without a value. Save the file in a spreadsheet program, or paste the values."


def value(heading, text, table=Accelerator):
    read = read_headings(table, ["slug", heading])
    assert not read.problems
    return cell_value(read.known[1], text)


@pytest.mark.parametrize(
    ("heading", "text", "si"),
    [
        ("memory_bandwidth [TB/s]", "3.35", 3.35e12),
        ("Memory bandwidth (TB/s)", "3.35", 3.35e12),
        ("MEMORY BANDWIDTH [GB/s]", "13,000", 13e12),
        ("memory_bandwidth", "3.35 TB/s", 3.35e12),
        ("memory_bandwidth [GB/s]", "3.35 TB/s", 3.35e12),  # the unit of the cell counts
        ("memory_bandwidth_bytes_s", "3350000000000", 3.35e12),  # as the shipped files have it
        ("memory_capacity", "80 GiB", 80 * 2.0**30),
        ("cloud_price [USD/hour]", "7.2", 0.002),
        ("cloud_price", "$7.2/h", 0.002),
        ("unit_price", "$30k", 30_000.0),
        ("peak_fp16 [TFLOP/s]", "989,4", 989.4e12),
        ("FP16", "989 TFLOPS", 989e12),
        ("peak_flops_fp16 [TFLOP/s]", "989", 989e12),
        ("Peak FP16 dense (TFLOPS)", "989", 989e12),
        ("FP16 FLOPS", "989 TFLOP/s", 989e12),
        ("INT8 peak, TOPS", "1979", 1979e12),
        ("Memory bandwidth, TB/s", "3.35", 3.35e12),
        ("memory_bandwidth in TB/s", "3.35", 3.35e12),
        ("tdp: W", "700", 700),
        ("GEMM efficiency, 8-bit", "0.7", 0.7),
        ("measured_efficiency", "45 %", 0.45),
        ("tdp [W]", "", None),
    ],
)
def test_a_figure_is_read_in_the_unit_of_the_heading_or_of_the_cell(heading, text, si):
    assert value(heading, text) == (si if si is None else pytest.approx(si, rel=1e-15))


@pytest.mark.parametrize(
    ("heading", "text", "sentence"),
    [
        ("tdp", "700", "is 700 without a unit. Write it in the cell, as “700 W”, or in the first line, as “tdp [W]”."),
        ("tdp [W]", "0,7 kg", "needs a power (W); '0,7 kg' is a mass."),
        ("tdp [W]", "-3", "must be at least 0 W; -3 W is not."),
        ("tdp [W]", "nan", "needs a finite number; 'nan' is not one."),
        ("tdp [W]", "seven", "needs a number such as '700 W'; 'seven' is not one."),
        ("measured_efficiency", "1.2", "must be above 0 and at most 1; 1.2 is not."),
        ("tier", "cluod", "must be one of cloud, workstation, mobile, edge, tiny; 'cluod' is not one."),
        ("source_date", "Oct-26", "can't be 'Oct-26'. A year, a month (2026-10) or a day (2026-10-31)."),
        ("source_url", "javascript:alert(1)", "can't be 'javascript:alert(1)'. Enter a valid URL."),
        ("release_year", "2o24", "can't be '2o24'. “2o24” value must be an integer."),
        ("archived", "maybe", "must be yes or no; 'maybe' is neither."),
        ("vendor", "x" * 41, "has 41 characters; at most 40 fit."),
        ("vendor", "", "is needed and empty."),
        ("note", "a\x01b", "has control characters; it needs plain text."),
        ("note", "x" * 5001, "has more than 5,000 characters."),
        ("tdp [W]", "=formula", FORMULA),
    ],
)
def test_a_wrong_cell_gets_a_sentence_that_says_what_would_be_right(heading, text, sentence):
    with pytest.raises(CellError) as error:
        value(heading, text)
    assert str(error.value) == sentence


def test_choices_and_truths_are_read_by_value_and_by_label():
    assert value("tier", "Tiny: a microcontroller") == value("tier", "TINY") == "tiny"
    assert value("shared_bus", "Yes", Fabric) is True and value("shared_bus", "0", Fabric) is False


@pytest.mark.parametrize(
    ("headings", "problem"),
    [
        (
            ["slug", "memory_bandwith"],
            "Column “memory_bandwith” is no column of accelerators. Did you mean memory_bandwidth?",
        ),
        (["slug", "FP16 sparse [TFLOP/s]"], "Column “FP16 sparse [TFLOP/s]” is no column of accelerators."),
        (["slug", "flops [TFLOP/s]"], "Column “flops [TFLOP/s]” is no column of accelerators."),
        (["slug", "tdp, kg"], "Column “tdp, kg” needs a power (W); '1 kg' is a mass."),
        (["slug", "FP16", "peak_flops_fp16 [TFLOP/s]"], "Columns “FP16” and “peak_flops_fp16 [TFLOP/s]” are the same"),
        (["slug", "tdp [kg]"], "Column “tdp [kg]” needs a power (W); '1 kg' is a mass."),
        (["slug", "vendor [W]"], "Column “vendor [W]” has a unit, but vendor has none."),
        (
            ["slug", "tdp [W]", "Thermal design power"],
            "Columns “tdp [W]” and “Thermal design power” are the same",
        ),
        (["tdp [W]"], "The first line needs a column “slug” or “name”"),
    ],
)
def test_a_heading_that_cannot_be_used_is_a_problem_of_the_file(headings, problem):
    assert read_headings(Accelerator, headings).problems[0].startswith(problem)


def test_columns_that_the_site_computes_are_left_out_and_named():
    assert read_headings(Node, ["slug", "vendor"]).left_out == ("vendor",)
