"""Calibrations: fits of measured times that are saved with a name, shown to a course, and computed with on walls."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.contrib.auth.models import Group

from catalog.models import Accelerator, CourseRow
from mlsysweb.courses.catalog_store import change_row
from mlsysweb.courses.store import create_course, join_course
from mlsysweb.saved.scenarios.models import Scenario
from solvers import serving
from solvers.calibration import NAMED
from tests.mlsysweb.people import ada, ben, cleo, course, edit, save, somebody

__all__ = ["ada", "ben", "cleo", "course", "somebody"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

ROWS = """accelerator,model,batch size,prompt length,TTFT (ms),ITL (ms)
h100-sxm5-80gb,llama-3-8b,1,1024,23.5,6.58
h100-sxm5-80gb,llama-3-8b,16,1024,337,7.84
h100-sxm5-80gb,llama-3-8b,64,128,173,7.63"""
PAGE = f"/calibrate/?{urlencode({'rows': ROWS})}"


@pytest.fixture
def taught(ada, ben):
    """A course that Ada teaches and Ben has joined."""
    made = create_course(ada.user, "ML systems", "Spring 2027")
    join_course(made, ben.user)
    return made


def kept(client, **shown):
    """Save the fit as “Lab 3”. Return the path of its scenario."""
    link = save(client, PAGE, title="Lab 3")
    if shown:
        assert edit(client, link, **shown).status_code == 302
    return link


def chosen(client, link, page="/walls/serving/?batch_size=16"):
    return client.post("/s/calibration/", {"page": page, "calibration": link.split("/")[2]})


def offered(client, page="/walls/serving/"):
    return client.get(page).context.get("offered_calibrations", ())


def itl(response):
    return next(card.number for card in response.context["page"].result.headline if card.name == "itl")


def test_a_saved_fit_is_a_calibration_that_a_wall_computes_with(ada):
    link = kept(ada)
    (mine,) = offered(ada)
    assert (mine.title, mine.chip, mine.course) == ("Lab 3", "h100-sxm5-80gb", "")
    query = parse_qs(urlsplit(chosen(ada, link)["Location"]).query)
    assert query[NAMED] == ["h100-sxm5-80gb: Lab 3"] and query["batch_size"] == ["16"]
    constants = {name: value for name, (value,) in query.items() if name.startswith("accelerator.measured_")}
    assert len(constants) == 3
    wall = ada.get(chosen(ada, link)["Location"])
    assert wall.status_code == 200 and itl(wall) != itl(ada.get("/walls/serving/?batch_size=16"))
    typed = serving(model="llama-3-8b", batch_size=16, **constants)
    assert itl(wall) == pytest.approx(typed.itl, rel=1e-9)
    assert typed.itl == serving(model="llama-3-8b", batch_size=16, **constants, **{NAMED: query[NAMED][0]}).itl


def test_the_result_says_which_calibration_it_uses_and_with_which_constants(ada):
    result = ada.get(chosen(ada, kept(ada))["Location"]).context["page"].result
    (said,) = (note for note in result.notes if note.startswith("Calibration “Lab 3”: GEMM efficiency "))
    assert "Minimum kernel time" in said and said.endswith("in place of the catalog's.")
    assert result.efficiencies == "the calibration “Lab 3”"
    assert [each.label for each in result.calibrations if each.current] == ["“Lab 3”"]


def test_another_choice_of_efficiencies_takes_the_calibration_away(ada):
    result = ada.get(chosen(ada, kept(ada))["Location"]).context["page"].result
    silicon = next(each for each in result.calibrations if each.name == "silicon")
    assert silicon.url == "/walls/serving/?batch_size=16&accelerator=h100-sxm5-80gb" or "measured_" not in silicon.url
    assert NAMED not in silicon.url
    ideal = next(each for each in result.calibrations if each.name == "ideal")
    assert ada.get(ideal.url).context["page"].result.efficiencies == "ideal efficiencies"


def test_the_members_of_the_course_are_offered_it_and_others_are_not(ada, ben, cleo, somebody, taught):
    link = kept(ada, visibility="class", group=taught.group_id)
    (seen,) = offered(ben)
    assert (seen.title, seen.course) == ("Lab 3", "ML systems, Spring 2027")
    assert ben.get(chosen(ben, link)["Location"]).status_code == 200
    for client in (cleo, somebody):
        assert offered(client) == () and chosen(client, link).status_code == 404
    ben.user.groups.remove(taught.group)
    assert offered(ben) == () and chosen(ben, link).status_code == 404


def test_what_a_student_shows_to_the_course_is_not_offered_to_it(ada, ben, taught):
    kept(ben, visibility="class", group=taught.group_id)
    assert len(offered(ben)) == 1 and offered(ada) == ()


def test_a_private_one_is_the_owners_alone_and_one_with_a_link_is_used_by_who_has_it(ada, ben, taught):
    link = kept(ada, visibility="private")
    assert offered(ben) == () and chosen(ben, link).status_code == 404 and len(offered(ada)) == 1
    edit(ada, link, visibility="link")
    assert offered(ben) == ()
    page = ben.get(link)
    assert "Compute serving with it" in page.content.decode()
    assert ben.get(chosen(ben, link)["Location"]).context["page"].result.efficiencies == "the calibration “Lab 3”"


def test_a_saved_scenario_reproduces_it_after_the_calibration_is_deleted(ada, ben, taught):
    link = kept(ada, visibility="class", group=taught.group_id)
    address = chosen(ben, link)["Location"]
    before = itl(ben.get(address))
    of_ben = save(ben, address)
    Scenario.objects.get(pk=link.split("/")[2]).delete()
    assert offered(ben) == () and chosen(ben, link).status_code == 404
    opened = ben.get(of_ben)
    assert itl(opened) == before and "Calibration “Lab 3”" in opened.content.decode()
    again = ben.get(f"{of_ben}change/", follow=True)
    assert itl(again) == before and again.context["page"].result.efficiencies == "the calibration “Lab 3”"


def test_another_accelerator_picked_in_the_form_is_computed_without_it(ada):
    address = chosen(ada, kept(ada))["Location"].replace("accelerator=h100-sxm5-80gb", "accelerator=a100-sxm4-80gb")
    wall = ada.get(address)
    assert itl(wall) == itl(ada.get("/walls/serving/?batch_size=16&accelerator=a100-sxm4-80gb"))
    assert wall.context["page"].result.efficiencies == "measured efficiencies"


def test_over_the_api_constants_of_another_accelerator_are_an_error(client):
    asked = {
        "accelerator": "a100-sxm4-80gb",
        NAMED: "h100-sxm5-80gb: Lab 3",
        "accelerator.measured_kernel_time": "5 us",
    }
    answer = client.get("/api/v1/solve/serving", asked)
    assert answer.status_code == 422 and "is of h100-sxm5-80gb, not of a100-sxm4-80gb" in answer.content.decode()
    right = client.get("/api/v1/solve/serving", asked | {"accelerator": "h100-sxm5-80gb"})
    assert right.status_code == 200


@pytest.mark.parametrize("page", ["/walls/serving/", "/walls/batching/", "/walls/efficiency/", "/walls/parallelism/"])
def test_every_wall_that_sums_kernels_takes_it(ada, page):
    link = kept(ada)
    assert len(offered(ada, page)) == 1
    shown = ada.get(page)
    assert "Calibrations" in shown.content.decode()
    wall = ada.get(chosen(ada, link, page)["Location"])
    assert wall.status_code == 200 and wall.context["page"].result.efficiencies == "the calibration “Lab 3”"


def test_a_wall_that_sums_no_kernels_refuses_it(ada):
    link = kept(ada)
    assert "Calibrations" not in ada.get("/walls/roofline/").content.decode()
    for page, status in (("/walls/roofline/", 422), ("/calibrate/", 422), ("//evil.example/", 422), ("", 422)):
        assert chosen(ada, link, page).status_code == status
    said = ada.get(f"/walls/privacy/?{urlencode({NAMED: 'h100-sxm5-80gb: Lab 3'})}")
    assert said.status_code == 422


def test_a_name_that_is_none_is_a_sentence(client):
    said = client.get(f"/walls/serving/?{urlencode({NAMED: 'Lab 3'})}")
    assert said.status_code == 422 and "needs the accelerator and the name of a calibration" in said.content.decode()


def test_a_scenario_of_another_page_is_no_calibration(ada):
    link = save(ada)
    assert chosen(ada, link).status_code == 422 and offered(ada) == ()


def test_an_impossible_fit_is_kept_but_not_offered(ada):
    fast = ROWS.replace("6.58", "3.4").replace("7.84", "4.1").replace("7.63", "4.3")
    link = save(ada, f"/calibrate/?{urlencode({'rows': fast})}", title="Too fast")
    assert offered(ada) == () and chosen(ada, link).status_code == 422
    assert "Compute serving with it" not in ada.get(link).content.decode()


def test_an_invalid_table_saves_nothing(ada):
    save(ada, f"/calibrate/?{urlencode({'rows': ROWS.replace('23.5', '-3')})}", title="Half")
    assert not Scenario.objects.exists()


def test_an_update_says_the_same_to_everybody(ada, client):
    kept(ada)
    mine = ada.get("/walls/serving/?batch_size=3", headers={"HX-Request": "true"}).content
    assert (
        b"Lab 3" not in mine
        and mine == client.get("/walls/serving/?batch_size=3", headers={"HX-Request": "true"}).content
    )


def test_the_pages_beside_a_wall_open_with_the_calibration(ada):
    page = ada.get(chosen(ada, kept(ada))["Location"]).context["page"]
    for url in (page.sensitivity_url, page.uncertainty_url, page.api):
        assert ada.get(url).status_code == 200, url
    link = save(ada, page.result.link)
    for export in ada.get(link).context["page"].exports:
        assert ada.get(export.url).status_code == 200, export.url


def test_the_course_that_is_deleted_leaves_the_calibration_to_its_owner(ada, ben, taught):
    kept(ada, visibility="class", group=taught.group_id)
    Group.objects.get(pk=taught.group_id).delete()
    assert offered(ben) == () and len(offered(ada)) == 1


WATTS = """accelerator,model,batch size,prompt length,output length,power (W)
h100-sxm5-80gb,llama-3-8b,1,300,500,390
h100-sxm5-80gb,llama-3-8b,16,300,500,470
h100-sxm5-80gb,llama-3-8b,64,300,500,560
h100-sxm5-80gb,qwen3-14b,1,300,500,405
h100-sxm5-80gb,qwen3-14b,32,300,500,520
h100-sxm5-80gb,llama-3.2-1b,1,300,500,250"""
OF_POWER = f"/calibrate/?{urlencode({'rows': WATTS})}"


def output(response, name):
    return next(
        card.number
        for card in (*response.context["page"].result.headline, *response.context["page"].result.cards)
        if card.name == name
    )


@pytest.mark.parametrize(
    ("page", "figure"),
    [
        ("/walls/serving/?batch_size=4", "energy_per_token"),
        ("/walls/roofline/?phase=decode&batch_size=4&efficiency=40+%25", "energy_per_sample"),
        ("/walls/tco/?memory_utilization=20+%25&mfu=1+%25", "busy_power"),
        ("/walls/sustainability/?memory_utilization=20+%25&mfu=1+%25&tdp=700+W", "it_energy"),
    ],
)
def test_walls_of_power_compute_with_the_fitted_constants_of_power(ada, page, figure):
    link = save(ada, OF_POWER, title="Wattmeter")
    assert [each.title for each in offered(ada, page)] == ["Wattmeter"]
    address = chosen(ada, link, page)["Location"]
    text = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
    assert {name for name in text if name.startswith("accelerator.measured_")} <= {
        f"accelerator.measured_{name}" for name in ("idle_fraction", "arithmetic_power", "memory_power")
    }
    wall, before = ada.get(address), ada.get(page)
    assert output(wall, figure) != output(before, figure)
    result = wall.context["page"].result
    assert any(note.startswith("Calibration “Wattmeter”: ") for note in result.notes)
    assert result.efficiencies == "the calibration “Wattmeter”"
    if "efficiency" in page:
        assert text["efficiency"] == "40 %"  # the roofline's efficiencies are no constants of power
    (back,) = [each for each in result.calibrations if each.name == "silicon"]
    assert NAMED not in back.url and not back.current


def test_a_wall_offers_only_calibrations_with_constants_that_it_computes_with(ada):
    kept(ada)
    of_power = save(ada, OF_POWER, title="Wattmeter")
    assert [each.title for each in offered(ada, "/walls/batching/")] == ["Lab 3"]
    assert [each.title for each in offered(ada, "/walls/tco/")] == ["Wattmeter"]
    assert {each.title for each in offered(ada)} == {"Lab 3", "Wattmeter"}
    assert chosen(ada, of_power, "/walls/batching/").status_code == 422
    page = ada.get(of_power).content.decode()
    assert "Compute roofline with it" in page and "Compute serving with it" in page


def test_an_instructor_keeps_a_calibration_as_figures_of_a_course_that_its_members_compute_with(ada, ben, cleo, taught):
    link = save(ada, PAGE, title="Lab | 3")
    assert f"Keep as figures of {taught}" in ada.get(link).content.decode()
    done = ada.post(f"/courses/{taught.pk}/calibration/", {"calibration": link.split("/")[2]})
    assert done["Location"] == f"/courses/{taught.pk}/catalog/"
    mine = CourseRow.objects.get(group=taught.group, table="accelerator", slug="h100-sxm5-80gb")
    assert {"measured_gemm_efficiency", "measured_memory_efficiency"} <= set(mine.values)
    question = "/walls/serving/?batch_size=16"
    assert itl(ben.get(question)) != itl(cleo.get(question))
    assert itl(ben.get(question)) == pytest.approx(itl(ada.get(chosen(ada, link)["Location"])), rel=1e-3)
    row = ben.get("/catalog/accelerators/h100-sxm5-80gb/").content.decode()
    assert ">fitted<" in row and "calibration “Lab 3”" in row
    notes = " ".join(ben.get(question).context["page"].result.notes)
    assert "Fitted from measurements: calibration “Lab 3”" in notes and "as in the course" in notes


def test_other_figures_of_the_course_stay_and_an_edit_keeps_the_sources_of_what_it_leaves(ada, taught):
    CourseRow.objects.create(
        group=taught.group,
        table="accelerator",
        slug="h100-sxm5-80gb",
        own=False,
        values={"unit_price": 20_000.0},
        source="A quote",
    )
    form = {"calibration": kept(ada).split("/")[2]}
    for _ in range(2):  # the same calibration twice changes nothing more
        assert ada.post(f"/courses/{taught.pk}/calibration/", form).status_code == 302
    mine = CourseRow.objects.get(group=taught.group)
    assert mine.values["unit_price"] == 20_000.0
    assert mine.source == "A quote; Fitted from measurements: calibration “Lab 3”"
    told = mine.values["figure_sources"]["measured_memory_efficiency"]
    assert told["method"] == "fitted" and told["note"].startswith("The fit is ")
    values = {name: value for name, value in mine.values.items() if name != "figure_sources"}
    change_row(taught, Accelerator, mine.slug, values | {"measured_memory_efficiency": 0.5}, "By hand")
    left = CourseRow.objects.get(group=taught.group).values["figure_sources"]
    assert "measured_memory_efficiency" not in left and "measured_gemm_efficiency" in left


def test_only_the_instructor_of_a_course_keeps_a_calibration_for_it(ada, ben, cleo, taught):
    form = {"calibration": kept(ada).split("/")[2]}
    for client in (ben, cleo):
        assert client.post(f"/courses/{taught.pk}/calibration/", form).status_code == 404
    private = {"calibration": kept(cleo, visibility="private").split("/")[2]}
    assert ada.post(f"/courses/{taught.pk}/calibration/", private).status_code == 404
    wall = {"calibration": save(ada, "/walls/serving/", title="A wall").split("/")[2]}
    assert ada.post(f"/courses/{taught.pk}/calibration/", wall).status_code == 422
    assert not CourseRow.objects.exists()
