"""The gallery of a class: designs with their figures, votes, ranking, hidden names and the Pareto front."""

import json
from html import unescape

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.classroom.live.gallery.chart import designs_figure
from mlsysweb.classroom.live.gallery.constraint import AT_MOST, GalleryConstraint
from mlsysweb.classroom.live.gallery.designs import VOTES, GalleryItem, class_front, places, ranked
from mlsysweb.classroom.live.gallery.store import designs_of
from mlsysweb.classroom.live.store import join
from mlsysweb.classroom.models import DesignVote, Participant, Submission
from mlsysweb.saved.scenarios.models import Scenario
from mlsysweb.show.results.page import Card

from .test_sessions import Afternoon

SMALL = "/capstone/?requests=50+1/s&ttft_target=500+ms&budget=%241M"


class Workshop(Afternoon):
    """A session at the frame where designs are handed in."""

    def __init__(self):
        super().__init__()
        self.move("next", "next")

    def designer(self, name, page, title=""):
        client = self.student(name)
        self.hand_in(client, page, title or f"{name}'s fleet")
        return client

    def hand_in(self, client, page, title):
        saved = client.post(reverse("scenarios:save"), {"page": page, "title": title})
        assert client.post(self.url("hand_in"), {"link": saved.url}).status_code == 302

    def vote(self, client, number, vote="give", htmx=True, frame="limit"):
        headers = {"HX-Request": "true"} if htmx else {}
        return client.post(self.url("vote"), {"frame": frame, "entry": number, "vote": vote}, headers=headers)

    def show(self, **settings):
        sent = {"ranked_by": "", "order": "lowest", "drawn": "", **settings}
        return self.host.post(self.url("gallery", self.session.host_key), sent)

    def presenter(self):
        return self.host.get(self.url("host", self.session.host_key)).content.decode()


@pytest.fixture
def workshop(catalog):
    return Workshop()


@pytest.fixture
def three(workshop):
    """Ada's design meets all and costs most, Ben's meets all and is cheaper, Cleo's misses a requirement."""
    workshop.ada = workshop.designer("Ada", f"{SMALL}&replicas=8")
    workshop.ben = workshop.designer("Ben", f"{SMALL}&replicas=6")
    workshop.cleo = workshop.designer("Cleo", f"{SMALL}&replicas=1")
    return workshop


def order(page):
    """Return the numbers of the designs as listed."""
    return [int(each.split('"')[0]) for each in page.split('<li id="design-')[1:]]


def test_a_design_is_shown_with_its_verdict_figures_and_author(three):
    shown = unescape(three.projector())
    assert "All 6 requirements met." in shown and "not met:" in shown
    assert "Design 2: Ben's fleet" in shown and "Cost per year" in shown
    assert 'id="plot-class-designs"' in shown and "View data table" in shown


def test_what_was_handed_in_stays_as_it_was_then(workshop):
    ben = workshop.designer("Ben", f"{SMALL}&replicas=6", "Fleet")
    scenario = Scenario.objects.get()
    ben.post(
        reverse("scenarios:save"),
        {"page": f"{SMALL}&replicas=1", "version_of": scenario.pk},
    )
    assert scenario.versions.count() == 2
    shown = workshop.projector()
    assert "All 6 requirements met." in shown and f"{scenario.get_absolute_url()}v/1/" in shown


def test_names_are_hidden_from_the_class_and_not_from_the_instructor(three):
    assert "Cleo" in three.projector()
    three.show(names_hidden="on")
    for page in (three.projector(), three.page(three.ada).replace("Ada · ", "")):
        assert '<p class="muted">Cleo' not in page and "Cleo:" not in page
    assert '<p class="muted">Cleo' in three.presenter()
    three.show()
    assert '<p class="muted">Cleo' in three.projector()


def test_the_instructor_ranks_by_a_figure_in_either_direction(three):
    assert order(three.projector()) == [1, 2, 3]
    three.show(ranked_by="cost")
    assert order(three.projector()) == [3, 2, 1]
    assert "Ranked by Cost per year, lowest first." in three.projector()
    three.show(ranked_by="capacity", order="highest")
    assert order(three.projector()) == [1, 2, 3]


def test_a_ranking_reaches_the_screens_of_students(three):
    three.session.refresh_from_db()
    before = three.session.number
    three.show(ranked_by="cost")
    three.session.refresh_from_db()
    assert three.session.number > before
    assert order(three.page(three.ada)) == [3, 2, 1]


def test_a_ranking_by_no_figure_of_the_class_gets_a_sentence(three):
    for forged in ({"ranked_by": "height"}, {"drawn": "height"}, {"limited": "height"}):
        answered = three.show(**forged)
        assert answered.status_code == 422
        assert "No entry of the class has the figure" in answered.content.decode()


def test_only_the_host_changes_the_gallery(three):
    assert three.ada.post(three.url("gallery", "x" * 27), {"ranked_by": "cost"}).status_code == 404
    assert "gallery-settings" not in three.page(three.ada) + three.projector()
    assert "gallery-settings" in three.presenter()


def test_a_vote_counts_once_and_can_be_taken_back(three):
    for _ in range(2):
        answered = three.vote(three.ada, 2)
        assert answered.status_code == 200 and "take back" in answered.content.decode()
    assert DesignVote.objects.count() == 1
    three.vote(three.ada, 3)
    assert DesignVote.objects.count() == 2
    for _ in range(2):
        assert "Vote</button>" in three.vote(three.ada, 2, "take-back").content.decode()
    assert [vote.submission.participant.name for vote in DesignVote.objects.all()] == ["Cleo"]


def test_a_vote_works_without_a_script(three):
    answered = three.vote(three.ada, 2, htmx=False)
    assert answered.url == f"{three.url('student')}#design-2"
    assert "Take back the vote for design 2" in three.page(three.ada)


def test_votes_are_shown_to_the_class_once_the_ranking_is_by_them(three):
    three.vote(three.ada, 3)
    three.vote(three.ben, 3)
    three.vote(three.cleo, 1)
    assert "vote-count" not in three.projector() + three.page(three.ben)
    assert "<strong>2</strong> votes" in three.presenter()
    three.show(ranked_by=VOTES)
    shown = three.projector()
    assert order(shown) == [3, 1, 2]
    assert "<strong>2</strong> votes" in shown and "<strong>1</strong> vote<" in shown


def test_the_projector_follows_designs_and_votes_as_they_come(three):
    url, token = three.url("screen"), three.projector().split("token=")[1].split('"')[0]
    assert Client().get(f"{url}?view=projector&token={token}").status_code == 204
    three.vote(three.ada, 2)
    assert Client().get(f"{url}?view=projector&token={token}").status_code == 200


@pytest.mark.parametrize(
    ("design", "vote", "sentence"),
    [
        ("1", "give", "This design is your own"),
        ("9", "give", "This class has no design with the number 9"),
        ("x", "give", "names no entry"),
        ("²", "give", "names no entry"),
        ("99999", "give", "names no entry"),
        ("2", "twice", "names no entry"),
        ("", "", "names no entry"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_forged_vote_gets_a_sentence(three, design, vote, sentence, htmx):
    answered = three.vote(three.ada, design, vote, htmx)
    assert answered.status_code in (409, 422)
    assert sentence in answered.content.decode()
    assert not DesignVote.objects.exists()


def test_a_vote_from_another_class_or_from_nobody_is_refused(three):
    other = Workshop()
    dora = other.student("Dora")
    for stranger in (dora, Client()):
        assert "Join the class first" in three.vote(stranger, 2).content.decode()
    assert "This class has no design" in other.vote(dora, 2).content.decode()
    assert not DesignVote.objects.exists()


def test_a_late_vote_is_refused_and_those_before_are_kept(three):
    three.vote(three.ada, 2)
    three.move("previous")
    assert "gone on to another screen" in three.vote(three.ada, 3).content.decode()
    three.move("next")
    three.host.post(three.url("end", three.session.host_key))
    late = three.vote(three.ada, 2, "take-back", htmx=False)
    assert late.status_code == 409 and "The session has ended" in late.content.decode()
    assert DesignVote.objects.count() == 1
    page = three.page(three.ada)
    assert "Vote for design" not in page and "<strong>1</strong> vote<" in page


def test_another_design_loses_the_votes_of_the_one_before_and_the_same_keeps_them(three):
    three.vote(three.ada, 2)
    link = Submission.objects.get(participant__name="Ben").scenario.get_absolute_url()
    three.ben.post(three.url("hand_in"), {"link": link})
    assert DesignVote.objects.count() == 1
    three.hand_in(three.ben, f"{SMALL}&replicas=7", "Another")
    assert Submission.objects.count() == 3 and not DesignVote.objects.exists()


def test_a_deleted_design_leaves_the_gallery_and_takes_no_vote(three):
    scenario = Submission.objects.get(participant__name="Ben").scenario
    three.ben.post(reverse("scenarios:delete", args=[scenario.pk]))
    scenario.refresh_from_db()
    assert scenario.deleted
    assert order(three.projector()) == [1, 3]
    assert "This class has no design" in three.vote(three.ada, 2).content.decode()


def test_who_leaves_takes_design_and_votes_along(three):
    three.vote(three.ben, 1)
    three.ben.post(three.url("leave"))
    assert order(three.projector()) == [1, 3] and not DesignVote.objects.exists()


def test_designs_of_different_pages_stand_beside_each_other(workshop):
    workshop.designer("Ada", SMALL)
    workshop.designer("Ben", "/walls/tco/?devices=64")
    workshop.show(ranked_by="carbon")
    assert order(workshop.projector()) == [1, 2]
    assert "Ranked by Emissions per year" in workshop.projector()


def test_a_gallery_of_many_designs_costs_no_query_for_each(workshop, django_assert_max_num_queries):
    ada = workshop.designer("Ada", SMALL)
    scenario = Scenario.objects.get()
    for number in range(12):
        participant = join(workshop.session, f"Student {number}")
        Submission.objects.create(participant=participant, scenario=scenario, version=scenario.latest)
    workshop.page(ada)
    with django_assert_max_num_queries(20):
        assert len(order(workshop.page(ada))) == 13
    assert Participant.objects.count() == 13


def test_the_results_of_a_session_have_the_gallery(three):
    three.host.post(three.url("end", three.session.host_key))
    shown = three.host.get(three.url("results", three.session.host_key)).content.decode()
    assert order(shown) == [1, 2, 3] and "plot-class-designs" in shown


def design(number, cost, carbon, state="ok", votes=0):
    figures = {
        "cost": Card("cost", "Cost per year", f"${cost}", "", "", cost, "USD"),
        "carbon": Card("carbon", "Emissions", f"{carbon} kg", "", "", carbon, "kg", "t"),
    }
    return GalleryItem(number, f"Student {number}", "Fleet", "/s/x/", "Verdict.", state, figures, votes)


numbers = st.floats(1, 1e9) | st.sampled_from([1.0, 2.0, float("nan"), float("inf")])
designs = st.lists(st.tuples(numbers, numbers, st.sampled_from(["ok", "missed", "infeasible"])), max_size=12).map(
    lambda rows: [design(place, *row) for place, row in enumerate(rows, 1)]
)


@given(designs)
def test_the_front_has_exactly_the_designs_that_meet_all_and_that_no_other_beats(every):
    front = class_front(every, "cost", "carbon")
    known = [d for d in every if d.state == "ok" and np.isfinite([d.number_of("cost"), d.number_of("carbon")]).all()]

    def pair(d):
        return d.number_of("cost"), d.number_of("carbon")

    def beaten(d):
        return any(pair(o) != pair(d) and all(a <= b for a, b in zip(pair(o), pair(d), strict=True)) for o in known)

    assert {pair(d) for d in front} == {pair(d) for d in known if not beaten(d)}


@given(designs, st.booleans())
def test_a_ranking_has_every_design_once_and_unknown_ones_last(every, highest_first):
    order = ranked(every, "cost", highest_first)
    assert sorted(d.number for d in order) == [d.number for d in every]
    known = [d.number_of("cost") for d in order if not np.isnan(d.number_of("cost"))]
    assert known == sorted(known, reverse=highest_first)
    assert all(np.isnan(d.number_of("cost")) for d in order[len(known) :])


def test_equal_designs_share_their_place():
    order = ranked([design(1, 5.0, 1.0), design(2, 3.0, 1.0), design(3, 3.0, 1.0)], "cost", False)
    assert places(order, "cost") == [1, 1, 3]


def test_the_chart_separates_the_front_and_lists_every_design():
    every = [design(1, 5.0, 1.0), design(2, 3.0, 2.0), design(3, 1.0, 0.5, "missed"), design(4, 6.0, 3.0)]
    every.append(design(5, 1.0, float("inf")))
    figure = designs_figure(every, "cost", "carbon", own=4)
    drawn = {trace["name"]: trace["text"] for trace in json.loads(figure.plot)["data"]}
    assert drawn == {"Misses a requirement": ["3"], "Meets all": ["4"], "Pareto front": ["2", "1"], "Yours": ["4"]}
    assert len(figure.table.rows) == 5
    assert "1 design without both figures" in figure.description


def test_without_two_known_figures_there_is_no_chart():
    assert designs_figure([design(1, 5.0, float("nan"))], "cost", "carbon") is None
    assert designs_figure([design(1, 5.0, 1.0)], "cost", "cost") is None


def poll(client, page):
    """Return the answer to the poll of a student's page."""
    return client.get(unescape(page.split('hx-get="')[1].split('"')[0]))


def test_a_new_design_reaches_a_student_without_the_rest_of_the_screen(three):
    page = three.page(three.ada)
    assert poll(three.ada, page).status_code == 204
    three.hand_in(three.ben, f"{SMALL}&replicas=7", "Another")
    update = poll(three.ada, page)
    shown = update.content.decode()
    assert update["HX-Reswap"] == "none" and "Another" in shown
    assert 'id="gallery" hx-swap-oob="true"' in shown and 'id="poll" hx-swap-oob="true"' in shown
    assert "Hand in your design" not in shown
    assert poll(three.ada, shown[shown.index('id="poll"') :]).status_code == 204


def test_an_unchanged_gallery_costs_a_student_one_query(three, django_assert_num_queries):
    page = three.page(three.ada)
    with django_assert_num_queries(1):
        assert poll(three.ada, page).status_code == 204


def test_the_first_design_reaches_a_screen_without_a_gallery(workshop):
    ada = workshop.student("Ada")
    page = workshop.page(ada)
    workshop.designer("Ben", SMALL)
    assert order(poll(ada, page).content.decode()) == [2]


def test_a_hidden_design_is_shown_to_the_instructor_alone(three):
    three.host.post(three.url("hide", three.session.host_key), {"frame": "limit", "entry": 2, "hidden": "yes"})
    assert order(three.projector()) == order(three.page(three.ada)) == [1, 3]
    assert "Ben" not in three.projector()
    assert order(three.presenter()) == [1, 2, 3]


def limit(workshop, figure="cost", limit="", side="at-most", **settings):
    return workshop.show(limited=figure, limit_of=figure, limit=limit, limit_side=side, **settings)


def test_designs_that_meet_the_constraint_come_first_and_the_others_say_by_how_much_they_miss_it(three):
    costs = {design.number: design.number_of("cost") for design in designs_of(three.session)}
    between = (costs[1] + costs[2]) / 2
    three.show(ranked_by="cost", order="highest", limited="cost", limit_of="cost", limit=f"{between:.0f}")
    for page in (three.projector(), three.page(three.ada), three.presenter()):
        page = unescape(page)
        assert order(page) == [2, 3, 1]
        assert "Constraint: Cost per year ≤ $" in page and "met by 2 of 3." in page
        assert page.count('class="missed"') == 1
        missed = page.split('<p class="missed">')[1].split("</p>")[0]
        assert missed.startswith("Cost per year is $") and "above the limit of $" in missed
    assert unescape(three.projector()).split('class="place">')[1].startswith("1.")


def test_a_lower_limit_and_no_limit(three):
    capacities = {design.number: design.number_of("capacity") for design in designs_of(three.session)}
    limit(three, "capacity", f"{capacities[2]}/s", "at-least")
    assert order(three.projector()) == [1, 2, 3] and "met by 2 of 3" in three.projector()
    assert "below the limit of" in three.projector()
    limit(three, "capacity", "")
    assert "Constraint:" not in three.projector()


def test_another_figure_has_no_limit_until_one_is_given(three):
    limit(three, "cost", "$2M")
    three.show(limited="carbon", limit_of="cost", limit="$2M")
    assert "Constraint:" not in three.projector()
    shown = three.presenter()
    assert 'name="limit_of" value="carbon"' in shown and 'name="limit" value=""' in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("ten", "Limit of Cost per year: needs a number"),
        ("10 s", "Limit of Cost per year: needs"),
        ("0", "needs a number above 0"),
        ("-5", "needs a number above 0"),
        ("nan", "needs a finite number"),
        ("9" * 41, "has 41 characters; 40 is the most"),
    ],
)
def test_a_limit_that_is_none_gets_a_sentence_and_changes_nothing(three, typed, sentence):
    limit(three, "cost", "$2M")
    answered = limit(three, "cost", typed)
    assert answered.status_code == 422 and sentence in unescape(answered.content.decode())
    assert "Constraint: Cost per year ≤ $2M" in unescape(three.projector())


def test_a_design_that_cannot_run_or_has_not_the_figure_does_not_meet_the_constraint():
    constraint = GalleryConstraint("cost", design(1, 5.0, 1.0).figures["cost"], AT_MOST, 10.0)
    assert constraint.missed_by(design(1, 10.0, 1.0)) == ""
    assert constraint.missed_by(design(1, 15.0, 1.0)).startswith("Cost per year is $5 (50")
    assert "Cannot run" in constraint.missed_by(design(1, 5.0, 1.0, "infeasible"))
    assert "is unknown" in constraint.missed_by(design(1, float("nan"), 1.0))
