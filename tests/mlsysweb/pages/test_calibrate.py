import csv
import io
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from mlsysweb.pages.calibrate.page import CONSTANT_COLUMNS
from mlsysweb.pages.calibrate.question import examples
from solvers.calibrate.constants import POWER_CONSTANTS

pytestmark = pytest.mark.usefixtures("catalog")

URL = "/calibrate/"
ROWS = """accelerator,model,batch size,prompt length,TTFT (ms),ITL (ms)
h100-sxm5-80gb,llama-3-8b,1,1024,23.5,6.58
h100-sxm5-80gb,llama-3-8b,16,1024,337,7.84
h100-sxm5-80gb,llama-3-8b,64,128,173,7.63"""


def page_of(client, rows):
    answer = client.get(URL, {"rows": rows})
    assert answer.status_code == 200
    return answer.context["page"]


def errors_of(client, rows):
    answer = client.get(URL, {"rows": rows})
    assert answer.status_code == 422 and answer.context["page"] is None
    return answer.context["form"].errors


@pytest.mark.parametrize("example", examples(), ids=lambda each: each.name)
def test_every_example_of_published_times_is_fitted(client, example):
    page = page_of(client, example.rows)
    fitted = 4 if "training" in example.name else 3
    assert len(page.times) >= 6 and page.figures and sum(line.fitted for line in page.constants) == fitted


def test_a_fit_of_published_times_predicts_times_left_out_better_than_the_catalog(client):
    for example in examples()[:2]:
        page = page_of(client, example.rows)
        before, after, left_out = (card.number for card in page.cards[:3])
        assert after < left_out < before and page.verdict.startswith("The fit is better. Median error of ")
    mixed = page_of(client, examples()[2].rows)
    assert any("are hardly told apart: correlation" in line and "Measure the ITL" in line for line in mixed.warnings)


def test_the_fitted_constants_open_in_the_serving_wall(client):
    page = page_of(client, ROWS)
    link = next(link for link in page.links if link.words == "Serving with the fitted constants")
    query = parse_qs(urlsplit(link.url).query)
    assert {"accelerator.measured_gemm_efficiency", "accelerator.measured_kernel_time"} <= set(query)
    answer = client.get(link.url)
    assert answer.status_code == 200
    ttft = next(card for card in answer.context["page"].result.headline if card.name == "ttft")
    predicted = page.times[0].cells[5]
    assert predicted.startswith(f"{ttft.value} (")


def test_the_intervals_open_as_ranges_of_the_uncertainty(client):
    link = next(link for link in page_of(client, ROWS).links if link.words.startswith("Uncertainty"))
    answer = client.get(link.url)
    assert answer.status_code == 200 and len(answer.context["page"].ranges) == 3


def test_an_efficiency_above_one_is_called_impossible_and_opens_nowhere(client):
    fast = ROWS.replace("6.58", "3.4").replace("7.84", "4.1").replace("7.63", "4.3")
    page = page_of(client, fast)
    assert any("above 1, which is not possible" in line for line in page.warnings) and page.links == ()


def test_bad_cells_are_sentences_by_row_and_column_on_the_page_and_in_an_update(client):
    bad = ROWS.replace("23.5", "x").replace("llama-3-8b,16", "llama-9,16")
    assert errors_of(client, bad) == (
        "Row 1, TTFT needs a number such as '10 ms'; 'x' is not one.",
        "Row 2, model: no model in the catalog is called 'llama-9'. Did you mean llama-2-7b or llama-3-8b?",
    )
    (said,) = errors_of(client, ROWS.replace("llama-3-8b,16", "llama-9,16"))
    assert said.startswith("Row 2, model: ") and "llama-9" in said
    update = client.get(URL, {"rows": bad}, headers={"HX-Request": "true"})
    assert update.status_code == 422 and update["HX-Reswap"] == "none"
    assert "Row 1, TTFT needs a number" in update.content.decode()


def test_a_model_that_does_not_generate_is_refused_by_row(client):
    said = errors_of(client, ROWS.replace("llama-3-8b,1,", "resnet-50,1,"))
    assert said[0].startswith("Row 1, model does not generate tokens")


def test_the_form_becomes_the_pages_link_with_a_row_added_by_hand(client):
    new = {"new.accelerator": "h100-sxm5-80gb", "new.model": "llama-3-8b", "new.batch_size": "4"}
    sent = {"guided": "1", "add": "1", "rows": ROWS, **new, "new.itl": "7", "unit:new.itl": "ms"}
    answer = client.get(URL, sent, follow=True)
    assert answer.status_code == 200
    (rows,) = parse_qs(answer.request["QUERY_STRING"])["rows"]
    assert rows.splitlines()[-1] == "h100-sxm5-80gb,llama-3-8b,4,,,7 ms"
    update = client.get(URL, sent, headers={"HX-Request": "true"})
    assert 'id="measured" class="field measured-rows" hx-swap-oob="true"' in update.content.decode()
    plain = client.get(URL, {"guided": "1", "rows": ROWS}, headers={"HX-Request": "true"})
    assert "measured-rows" not in plain.content.decode()


def test_columns_that_are_not_fitted_are_said(client):
    lines = ROWS.splitlines()
    rows = "\n".join([f"{lines[0]},energy (J)", *(f"{line},700" for line in lines[1:])])
    assert any(note.endswith("depends on it: energy (J).") for note in page_of(client, rows).notes)


def test_the_constants_are_exported_as_csv(client):
    answer = client.get(page_of(client, ROWS).csv)
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert tuple(rows[0]) == CONSTANT_COLUMNS and len(rows) == 7
    bad = client.get("/calibrate/constants.csv", {"rows": "a,b"})
    assert bad.status_code == 400 and bad.content.decode().startswith("Rows need a header")


POWER = """accelerator,model,batch size,power (W)
h100-sxm5-80gb,llama-3-8b,1,370
h100-sxm5-80gb,llama-3-8b,8,420
h100-sxm5-80gb,llama-3-8b,32,560
h100-sxm5-80gb,llama-3.2-1b,1,300
h100-sxm5-80gb,qwen3-14b,16,520"""


def test_power_is_fitted_with_its_own_constants_residuals_and_errors(client):
    page = page_of(client, POWER)
    assert [line.label for line in page.constants][:1] == ["Idle fraction of the TDP"] and len(page.constants) == 3
    assert page.verdict.startswith("The fit is ") and "5 figures of power on NVIDIA H100" in page.verdict
    (figure,) = page.figures
    assert figure.title == "Predicted over measured power" and "Measured power" in figure.plot
    assert page.times[0].cells[3] == "370 W"
    assert {name for name, _ in page.settings} <= {f"accelerator.{each.name}" for each in POWER_CONSTANTS}
    (link,) = page.links
    assert link.words == "Power and energy with the fitted constants" and client.get(link.url).status_code == 200


def test_times_and_power_have_residuals_each_and_constants_of_both_are_kept(client):
    lines = [f"{line}," for line in ROWS.splitlines()[1:]]
    lines += [
        f"{chip},{model},{batch},,,,{watts}"
        for chip, model, batch, watts in (line.split(",") for line in POWER.splitlines()[1:])
    ]
    page = page_of(client, "\n".join([f"{ROWS.splitlines()[0]},power (W)", *lines]))
    assert [figure.id for figure in page.figures] == ["residuals-0", "residuals-1"] and len(page.constants) == 9
    assert page.settings and all(name.startswith("accelerator.measured_") for name, _ in page.settings)
    assert any(note.startswith("Power is the mean over a request.") for note in page.notes)


def test_a_training_step_is_shown_with_its_layout(client):
    page = page_of(client, examples()[3].rows)
    steps = [line.cells for line in page.times if line.cells[2] == "Training step time"]
    assert len(steps) == 8 and steps[0][1] == "Llama 3 70B, FP8, 64 × 1 sequences of 8192, DP 2, TP 4, PP 8"
    assert any(line.startswith("Link efficiency ran to the limit of the fit") for line in page.warnings)


def test_bad_rows_of_power_and_training_are_sentences_and_nothing_is_saved(client, db):
    from mlsysweb.saved.scenarios.models import Scenario

    bad = POWER.replace("420", "4,200").replace("560", "560 ms").replace(",300", ",3000")
    said = errors_of(client, bad)
    assert said[0].startswith("Row 2 has 5 cells; the header has 4.") and said[1].startswith(
        "Row 3, Power needs a power"
    )
    assert "more than one device can draw" in errors_of(client, POWER.replace(",300", ",3000"))[0]
    said = errors_of(client, "gpu,model,seq,tp,step (s)\nh100-sxm5-80gb,llama-3-8b,4096,0,3\nh100-sxm5-80gb,x,4096,1,3")
    assert said[0].startswith("Row 1, tensor parallel") and said[1].startswith("Row 2, model")
    client.post("/s/save/", {"page": f"{URL}?{urlencode({'rows': bad})}"})
    assert not Scenario.objects.exists()
