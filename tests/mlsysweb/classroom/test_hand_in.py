"""Handing in from the page a design is made on."""

import pytest
from django.test import Client

from mlsysweb.classroom.models import Submission
from mlsysweb.saved.scenarios.models import Scenario

from .test_gallery import Workshop

DESIGN = "/capstone/?replicas=8"


@pytest.fixture
def workshop(catalog):
    return Workshop()


def offered(workshop, client, page=DESIGN):
    return f"Hand in to class {workshop.session.code}" in client.get(page).content.decode()


def hand_in(workshop, client, **sent):
    return client.post(workshop.url("save_and_hand_in"), {"page": DESIGN, "title": "My fleet", **sent})


@pytest.mark.parametrize("page", [DESIGN, "/explore/"])
def test_the_share_menu_hands_in_to_a_class_that_takes_designs(workshop, page):
    ben = workshop.student("Ben")
    assert offered(workshop, ben, page)
    assert 'formaction="' + workshop.url("save_and_hand_in") in ben.get(page).content.decode()


def test_it_is_not_offered_to_others_on_other_pages_or_at_other_times(workshop):
    ben = workshop.student("Ben")
    assert not offered(workshop, Client())
    assert not offered(workshop, ben, "/walls/roofline/")
    workshop.move("previous")
    assert not offered(workshop, ben)
    workshop.move("next")
    assert offered(workshop, ben)
    workshop.host.post(workshop.url("end", workshop.session.host_key))
    assert not offered(workshop, ben)


def test_one_click_saves_and_hands_in(workshop):
    ben = workshop.student("Ben")
    answered = hand_in(workshop, ben)
    assert answered.url == f"{workshop.url('student')}#hand-in-title"
    scenario = Submission.objects.get().scenario
    assert (scenario.title, scenario.latest.question) == ("My fleet", {"replicas": "8"})
    assert "My fleet" in workshop.page(ben) and "My fleet" in ben.get("/s/").content.decode()


def test_a_search_is_handed_in_with_its_question(workshop):
    ben = workshop.student("Ben")
    assert hand_in(workshop, ben, page="/explore/?try-x=1", title="").status_code == 302
    assert Submission.objects.get().scenario.solver == "explore"


def test_a_second_click_replaces_the_first(workshop):
    ben = workshop.student("Ben")
    hand_in(workshop, ben)
    hand_in(workshop, ben, page="/capstone/?replicas=9")
    assert Submission.objects.get().scenario.latest.question == {"replicas": "9"}


def test_nothing_is_saved_when_the_class_takes_no_designs(workshop):
    ben = workshop.student("Ben")
    workshop.move("previous")
    late = hand_in(workshop, ben)
    assert late.status_code == 409 and "takes no designs now" in late.content.decode()
    workshop.move("next")
    workshop.host.post(workshop.url("end", workshop.session.host_key))
    assert hand_in(workshop, ben).status_code == 409
    stranger = hand_in(workshop, Client())
    assert stranger.status_code == 403 and "Join the class first" in stranger.content.decode()
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [({"page": "https://example.org/"}, "Only a page with inputs"), ({"title": "a\x00b"}, "The name")],
)
def test_what_cannot_be_saved_gets_a_sentence(workshop, sent, sentence):
    answered = hand_in(workshop, workshop.student("Ben"), **sent)
    assert answered.status_code == 422 and sentence in answered.content.decode()
    assert not Submission.objects.exists()


def test_invalid_inputs_lead_back_to_the_page_that_says_so(workshop):
    answered = hand_in(workshop, workshop.student("Ben"), page="/capstone/?replicas=none")
    assert answered.url == "/capstone/?replicas=none"
    assert not Submission.objects.exists()
