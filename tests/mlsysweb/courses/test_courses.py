"""Courses: created with one form, joined by a link with or without an account, left, closed and deleted."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client, override_settings
from django.urls import reverse

from mlsysweb.courses import store
from mlsysweb.courses.models import Course
from mlsysweb.roles import INSTRUCTOR, STUDENT
from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import edit, save, signed_in

from .roles import roles

__all__ = ["roles"]

pytestmark = pytest.mark.usefixtures("catalog", "roles")

ACCOUNT = {"username": "dora", "password1": "a rather long one", "password2": "a rather long one"}


@pytest.fixture
def ada():
    return signed_in("ada", Group.objects.get(name=INSTRUCTOR))


@pytest.fixture
def ben():
    return signed_in("ben")


@pytest.fixture
def course(ada):
    return store.create_course(ada.user, "ML systems", "Spring 2027")


def page_of(course):
    return reverse("courses:course", args=[course.pk])


def link_of(course):
    course.refresh_from_db()
    return reverse("courses:join", args=[course.join_key])


def shown(client, address):
    return unescape(client.get(address).content.decode())


def members(course):
    return [user.username for user in store.members_of(course)]


def test_an_instructor_creates_a_course_with_one_form_and_gets_a_link_and_its_code(ada):
    made = ada.post("/courses/", {"name": " ML  systems ", "term": "Spring 2027"})
    page = shown(ada, made.url)
    assert "<h1>ML systems, Spring 2027</h1>" in page and "<svg" in page
    assert f"http://testserver{link_of(Course.objects.get())}" in page
    assert "ML systems, Spring 2027" in shown(ada, "/courses/")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": "", "term": "Spring"}, "Name: is missing"),
        ({"name": "ML systems", "term": " "}, "Term: is missing: when it is held, such as Spring 2027."),
        ({"name": "x" * 81, "term": "Spring"}, "Name: is 81 characters long; 80 is the most."),
        ({"name": "ML\0systems", "term": "Spring"}, "control character U+0000"),
        ({"name": "ML systems", "term": "Spring 2027"}, "There is already a class 'ML systems, Spring 2027'."),
    ],
)
def test_a_course_that_cannot_be_created_gets_a_sentence_and_keeps_what_was_typed(ada, course, sent, sentence):
    answered = ada.post("/courses/", sent)
    page = unescape(answered.content.decode())
    assert answered.status_code == 422 and sentence in page
    assert f'value="{sent["term"]}"' in page
    assert Course.objects.count() == 1


def test_only_an_instructor_creates_a_course(ben):
    assert ben.post("/courses/", {"name": "Mine", "term": "Now"}).status_code == 404
    assert "Create a course" not in shown(ben, "/courses/") and not Course.objects.exists()
    assert Client().get("/courses/").url == "/accounts/login/?next=/courses/"


def test_a_student_with_an_account_joins_by_the_link(course, ben):
    assert "Join the course" in shown(ben, link_of(course)) and members(course) == []
    assert ben.post(link_of(course)).url == page_of(course)
    assert members(course) == ["ben"]
    assert ben.get(link_of(course)).url == page_of(course)
    assert ben.user.groups.filter(name=STUDENT).exists()


def test_a_student_without_an_account_registers_by_the_link_and_keeps_what_the_browser_saved(course):
    client = Client()
    link = save(client)
    assert "Create an account and join" in shown(client, link_of(course))
    assert client.post(f"{link_of(course)}register/", ACCOUNT).url == page_of(course)
    dora = User.objects.get(username="dora")
    assert members(course) == ["dora"] and not dora.is_staff and dora.email == ""
    assert "Signed in as dora" in shown(client, "/courses/")
    assert Scenario.objects.get(pk=link.split("/")[2]).owner == dora


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"username": "ben"}, "Username: A user with that username already exists."),
        ({"username": "BEN"}, "Username: A user with that username already exists."),
        ({"username": "a b"}, "Username: Enter a valid username."),
        ({"password1": "short", "password2": "short"}, "This password is too short."),
        ({"password2": "another long one"}, "Password again: The two password fields didn’t match."),
        ({"username": "do\0ra"}, "Username:"),
    ],
)
def test_an_account_that_cannot_be_created_gets_a_sentence_at_its_field(course, ben, change, sentence):
    answered = Client().post(f"{link_of(course)}register/", ACCOUNT | change)
    page = unescape(answered.content.decode())
    assert answered.status_code == 422 and sentence in page
    assert ACCOUNT["password1"] not in page
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "ben"}


def test_nothing_else_can_be_written_with_a_registration(course):
    Client().post(f"{link_of(course)}register/", ACCOUNT | {"is_staff": "on", "is_superuser": "on", "groups": "1"})
    dora = User.objects.get(username="dora")
    assert not dora.is_staff and not dora.is_superuser
    assert {group.name for group in dora.groups.all()} == {STUDENT, "ML systems, Spring 2027"}


def test_a_closed_course_takes_no_more_members_and_keeps_those_it_has(course, ada, ben):
    store.join_course(course, ben.user)
    ada.post(f"{page_of(course)}open/", {"open": "no"})
    late, link = signed_in("cleo"), link_of(course)
    assert "takes no more members" in shown(late, link) and late.post(link).status_code == 409
    assert "Create an account" not in shown(Client(), link)
    assert Client().post(f"{link}register/", ACCOUNT).status_code == 422
    assert members(course) == ["ben"] and not User.objects.filter(username="dora").exists()
    ada.post(f"{page_of(course)}open/", {"open": "yes"})
    assert late.post(link).status_code == 302 and members(course) == ["ben", "cleo"]


def test_a_link_that_was_replaced_leads_nowhere(course, ada, ben):
    old = link_of(course)
    ada.post(f"{page_of(course)}link/")
    assert link_of(course) != old
    assert ben.get(old).status_code == 404 and ben.post(old).status_code == 404
    assert Client().post(f"{old}register/", ACCOUNT).status_code == 404


def test_a_full_course_refuses_a_further_member(course, ben, monkeypatch):
    monkeypatch.setattr(store, "MOST_MEMBERS", 1)  # the instructor is one
    assert "This course is full" in ben.post(link_of(course)).content.decode() and members(course) == []


def test_a_removed_member_no_longer_sees_what_is_shown_to_the_class(course, ada, ben):
    store.join_course(course, ben.user)
    link = save(ada)
    assert edit(ada, link, title="Exam", visibility="class", group=course.group_id).status_code == 302
    assert ben.get(link).status_code == 200 and "Exam" in shown(ben, page_of(course))
    ada.post(f"{page_of(course)}remove/", {"member": ben.user.pk})
    assert members(course) == []
    assert ben.get(link).status_code == ben.get(page_of(course)).status_code == 404


@pytest.mark.parametrize("member", ["", "x", "0", "9999999999", "-1"])
def test_who_is_no_member_is_not_removed(course, ada, member):
    assert ada.post(f"{page_of(course)}remove/", {"member": member}).status_code == 404
    assert ada.post(f"{page_of(course)}remove/", {"member": ada.user.pk}).status_code == 404
    assert ada.user.groups.filter(pk=course.group_id).exists()


def test_a_member_leaves_and_the_instructor_cannot(course, ada, ben):
    store.join_course(course, ben.user)
    assert ben.post(f"{page_of(course)}leave/").url == "/courses/"
    assert members(course) == []
    assert ada.post(f"{page_of(course)}leave/").status_code == 404


def test_a_deleted_course_leaves_accounts_and_shows_its_scenarios_to_their_owners_alone(course, ada, ben):
    store.join_course(course, ben.user)
    link = save(ada)
    edit(ada, link, visibility="class", group=course.group_id)
    assert ada.post(f"{page_of(course)}delete/").url == "/courses/"
    assert not Course.objects.exists() and not Group.objects.filter(name=str(course)).exists()
    assert User.objects.count() == 2
    assert ada.get(link).status_code == 200 and ben.get(link).status_code == 404


def test_a_role_is_no_class_to_show_a_scenario_to(course, ada):
    page = shown(ada, save(ada))
    options = page.partition('name="group"')[2].partition("</select>")[0]
    assert re.findall(r"<option[^>]*>([^<]+)</option>", options) == ["ML systems, Spring 2027"]


@override_settings(FAIR_USE={"register": {"visitor": (2, 3600), "address": (100, 3600)}})
def test_accounts_are_not_created_without_end(course):
    client = Client()
    save(client)
    for _ in range(2):
        client.post(f"{link_of(course)}register/", ACCOUNT | {"username": "a b"})
    answered = client.post(f"{link_of(course)}register/", ACCOUNT)
    assert answered.status_code == 429 and "2 accounts created in 1 hour" in answered.content.decode()


def test_a_list_of_courses_costs_no_query_for_each(ada, django_assert_max_num_queries):
    for term in range(8):
        store.create_course(ada.user, "ML systems", str(term))
    with django_assert_max_num_queries(9):
        ada.get("/courses/")


def test_an_account_is_deleted_by_its_owner_with_the_password_and_all_it_saved(course, ben):
    store.join_course(course, ben.user)
    link = save(ben)
    wrong = ben.post("/courses/account/delete/", {"password": "wrong"})
    assert wrong.status_code == 422 and "Password: is not that of this account" in wrong.content.decode()
    assert ben.get(link).status_code == 200
    assert ben.post("/courses/account/delete/", {"password": "a long one"}).url == "/"
    assert not User.objects.filter(username="ben").exists() and not Scenario.objects.exists()
    assert members(course) == [] and "sign in" in shown(ben, "/s/").lower()
    assert Client().post("/courses/account/delete/", {"password": "a long one"}).url.startswith("/accounts/login/")


def test_a_course_stays_when_its_instructor_deletes_the_account(course, ada, ben):
    store.join_course(course, ben.user)
    ada.post("/courses/account/delete/", {"password": "a long one"})
    assert members(course) == ["ben"] and "ML systems" in shown(ben, page_of(course))
