"""The claims of the slides: each has the verdict that its entry tells, its pages open, and the list can be narrowed."""

import csv
import io
from collections import Counter

import pytest
from django.urls import resolve

from catalog.models import Accelerator, CatalogVersion, Model
from mlsysweb.classroom.claims.claim import Calculation, Claim, ClaimVerdict, shipped_claims
from mlsysweb.classroom.claims.evaluate import judge, judged_claims
from mlsysweb.classroom.claims.filters import ClaimFilter
from mlsysweb.classroom.claims.present import claims_page
from mlsysweb.classroom.figures import compute, elapsed
from mlsysweb.classroom.lessons.shipped import shipped_lessons
from mlsysweb.classroom.questions.question import FigureError
from mlsysweb.show.results.page import Card, Link

pytestmark = pytest.mark.usefixtures("catalog")

CLAIMS = shipped_claims()
each_claim = pytest.mark.parametrize("claim", [pytest.param(claim, id=claim.id) for claim in CLAIMS])
FRAMES = {
    f"{lesson.slug}/{frame.slug}": lesson.part for lesson in shipped_lessons().values() for frame in lesson.frames
}


def calculations(claim):
    return [each for each in (claim.calculation, claim.conditional) if each]


def rows(page):
    return [row for part in page.parts for row in part.claims]


def claim_of(value, verdict=ClaimVerdict.HOLDS, **fields):
    given = {"unit": "s", "calculation": Calculation("/a/", "latency")} | fields
    return Claim(
        "id", 5, "Slide", "economics/multiplier", "It takes 2 s.", "2 s", verdict=verdict, why="", value=value, **given
    )


def card(text, number=None, unit="s"):
    return Card("latency", "Latency", text, "", "", number, unit)


def by_link(**cards):
    """Return a function that computes the figure of the pages `/a/`, `/b/`."""
    return lambda link, output: cards[link.strip("/")]


@each_claim
def test_a_claim_has_the_verdict_that_its_entry_tells(claim):
    """A measured time is taken to be half of what the slide allows."""
    judged = judge(claim, compute, lambda link: 0.5)
    assert not judged.error
    assert judged.verdict is claim.verdict, f"{claim.stated} on the slide, {judged.computed} here"


@each_claim
def test_the_pages_of_a_claim_open(client, claim):
    links = {link for each in calculations(claim) for link in (each.link, each.other[0])}
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@each_claim
def test_a_condition_is_named_where_a_claim_holds_under_one_and_nowhere_else(claim):
    assert bool(claim.condition) == bool(claim.conditional) == (claim.verdict is ClaimVerdict.HOLDS_IF)
    assert bool(claim.stated) == (claim.value is not None) == (claim.verdict is not ClaimVerdict.NO_FIGURE)


@each_claim
def test_a_claim_belongs_to_a_screen_of_the_lesson_of_its_part(claim):
    assert FRAMES[claim.frame] == claim.part


@each_claim
def test_why_is_one_sentence_or_two(claim):
    assert claim.why.endswith(".") and len(claim.why) < 200


def test_every_claim_has_a_name_of_its_own():
    assert len({claim.id for claim in CLAIMS}) == len(CLAIMS) == 54


def test_a_measured_time_that_is_too_long_refutes_a_claim():
    slow = next(claim for claim in CLAIMS if claim.id == "dse-10k")
    assert judge(slow, compute, lambda link: 2.0).verdict is ClaimVerdict.DOES_NOT_HOLD


def test_a_slow_server_is_not_taken_for_an_edited_catalog():
    slow = next(claim for claim in CLAIMS if claim.id == "dse-10k")
    parts = {lesson.part: Link(lesson.title, "/") for lesson in shipped_lessons().values()}
    judged = [judge(slow, compute, lambda link: 2.0)]
    row = rows(claims_page(judged, ClaimFilter(), parts, dict.fromkeys(FRAMES, "/"), "/", "/"))[0]
    assert (row.verdict, row.edited) == ("Does not hold", "")


def test_a_measured_time_is_that_of_an_answer_computed_anew():
    assert 0 < elapsed("/walls/roofline/") < 60


@pytest.mark.parametrize(
    ("fields", "computed", "verdict"),
    [
        ({}, 2.05, ClaimVerdict.HOLDS),
        ({}, 2.2, ClaimVerdict.DOES_NOT_HOLD),
        ({"tolerance": 0.2}, 2.2, ClaimVerdict.HOLDS),
        ({"compare": "at most"}, 1.0, ClaimVerdict.HOLDS),
        ({"compare": "at most"}, 2.2, ClaimVerdict.DOES_NOT_HOLD),
        ({"compare": "at least"}, 2.2, ClaimVerdict.HOLDS),
        ({"compare": "at least"}, 1.0, ClaimVerdict.DOES_NOT_HOLD),
    ],
)
def test_a_claim_is_judged_as_it_compares(fields, computed, verdict):
    assert judge(claim_of(2.0, **fields), by_link(a=card("", computed)), len).verdict is verdict


def test_a_claim_holds_under_a_condition_that_makes_it_agree():
    under = {"condition": "it is warm", "conditional": Calculation("/b/", "latency")}
    warm = judge(claim_of(2.0, **under), by_link(a=card("", 4.0), b=card("", 2.0)), len)
    assert (warm.verdict, warm.computed, warm.conditional) == (ClaimVerdict.HOLDS_IF, "4 s", "2 s")
    assert (
        judge(claim_of(2.0, **under), by_link(a=card("", 4.0), b=card("", 3.0)), len).verdict
        is ClaimVerdict.DOES_NOT_HOLD
    )


@pytest.mark.parametrize(("combine", "text"), [("ratio", "4×"), ("change", "3×"), ("larger", "4×"), ("", "4×")])
def test_two_figures_are_combined(combine, text):
    how = Calculation("/a/", "latency", combine=combine, other_link="/b/")
    claim = claim_of(0.0, calculation=how, unit="1", shown="times")
    assert judge(claim, by_link(a=card("", 4.0, "1"), b=card("", 1.0, "1")), len).computed == text


def test_a_ratio_of_two_units_has_the_unit_of_the_claim():
    how = Calculation("/a/", "carbon", combine="ratio", other_link="/b/")
    claim = claim_of(1000.0, calculation=how, unit="g/kWh")
    assert judge(claim, by_link(a=card("", 1.0, "kg"), b=card("", 3.6e6, "J")), len).verdict is ClaimVerdict.HOLDS


def test_texts_agree_only_if_both_do():
    both = Calculation("/a/", "binding", combine="both", other_link="/b/")
    claim = claim_of("memory", calculation=both, unit="")
    assert judge(claim, by_link(a=card("memory"), b=card("memory")), len).verdict is ClaimVerdict.HOLDS
    assert judge(claim, by_link(a=card("memory"), b=card("compute")), len).computed == "memory and compute"


def test_a_figure_that_cannot_be_computed_is_told_with_its_cause():
    def missing(link, output):
        raise FigureError("There is no such chip.")

    judged = judge(claim_of(2.0), missing, len)
    assert (judged.verdict, judged.error) == (ClaimVerdict.NOT_COMPUTED, "There is no such chip.")


def test_a_claim_whose_model_was_deleted_tells_so(client):
    Model.objects.filter(slug="mlperf-tiny-kws-dscnn").delete()
    CatalogVersion.change()
    page = client.get("/claims/?part=7").context["page"]
    assert page.counts.endswith("could not be computed.")
    row = next(row for row in rows(page) if row.id == "tiny-nrf-memory-bound")
    assert (row.verdict, "mlperf-tiny-kws-dscnn" in row.error) == ("Not computed", True)


def test_the_counts_are_those_of_the_list(client):
    page = client.get("/claims/").context["page"]
    number = Counter(judged.verdict for judged in judged_claims())
    assert page.counts.startswith(f"{number['holds']} hold, {number['holds-if']} hold under a condition, ")
    assert len(rows(page)) == 54


@pytest.mark.parametrize("query", ["part=8", "verdict=does-not-hold", "part=5&verdict=holds-if"])
def test_the_list_is_narrowed_by_part_and_verdict_and_its_file_is_the_same(client, query):
    asked = dict(pair.split("=") for pair in query.split("&"))
    wanted = [
        claim.id
        for claim in CLAIMS
        if asked.get("part") in (None, str(claim.part)) and asked.get("verdict") in (None, claim.verdict)
    ]
    answer = client.get(f"/claims/?{query}", headers={"HX-Request": "true"})
    assert [row.id for row in rows(answer.context["page"])] == wanted
    assert "<html" not in answer.content.decode()
    file = client.get(answer.context["page"].csv).content.decode()
    assert [row["id"] for row in csv.DictReader(io.StringIO(file))] == wanted


@pytest.mark.parametrize(("query", "told"), [("part=4", "part: '4'"), ("verdict=maybe", "verdict: 'maybe'")])
def test_a_part_or_verdict_that_does_not_exist_is_told(client, query, told):
    answer = client.get(f"/claims/?{query}")
    assert answer.status_code == 422 and told in answer.context["page"].errors[0]
    assert client.get(f"/claims/claims.csv?{query}").status_code == 422


def test_an_edited_catalog_changes_the_figure_and_tells_what_the_shipped_one_gives(client):
    Accelerator.objects.filter(slug="h100-sxm5-80gb").update(unit_price=29_300)
    Accelerator.objects.get(slug="h100-sxm5-80gb").save()
    row = next(row for row in rows(client.get("/claims/?part=5").context["page"]) if row.id == "tco-cluster-price")
    assert (row.verdict, row.computed, row.edited) == ("Holds", "$30M", "Holds if")


def test_a_lesson_opens_the_claims_of_its_slide(client):
    frame = client.get("/lessons/economics/multiplier/").context["page"]
    assert frame.claims.url == "/claims/#tco-multiplier"
    assert client.get("/lessons/wrap-up/roadmap/").context["page"].claims is None
    assert resolve("/claims/").view_name == "claims:claims"
