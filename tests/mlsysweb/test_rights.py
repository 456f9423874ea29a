"""The rights at every address that names a row: strangers neither read nor change a row that is not theirs."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.test import Client
from django.urls import reverse

from catalog.models import CourseRow, RowRevision
from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.live import store
from mlsysweb.classroom.models import AuthoredClaim, AuthoredLesson, ClassSession, Participant, StudentAnswer
from mlsysweb.courses.models import Course
from mlsysweb.courses.store import create_course, join_course
from mlsysweb.saved.scenarios.models import Scenario, Version

from .classroom.lesson import lesson_document
from .people import ada, ben, cleo, course, edit, save
from .routes import routes

__all__ = ["ada", "ben", "cleo", "course"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

SECRET = "Secret fleet of Ada"
REFUSED = {302, 403, 404, 405, 410}


def addresses(prefix, **values):
    """Return the addresses of routes below a prefix that take all of these values; other parts are the usual ones."""
    usual = {"form": "json", "number": "1", "frame": "placement", "key": "x" * 27}
    usual |= {"table": "accelerators", "slug": "secret-chip", "revision": "1", **values}
    found = [route for route in routes() if route.startswith(prefix) and all(f":{name}>" in route for name in values)]
    return [re.sub(r"<\w+:(\w+)>", lambda part: str(usual[part[1]]), route) for route in found]


def rows():
    """Return every row that the tests guard, to compare before and after."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (
            Scenario,
            Version,
            AuthoredClaim,
            AuthoredLesson,
            ClassSession,
            Participant,
            StudentAnswer,
            Course,
            CourseRow,
            RowRevision,
            Group.user_set.through,
        )
    ]


@pytest.fixture(params=["visitor", "account"])
def stranger(request, cleo):
    return Client() if request.param == "visitor" else cleo


def attempts(client, address):
    """Return the responses to reading an address and to sending it a form."""
    form = {"title": "Taken", "visibility": "public", "revision": "1", "move": "next", "number": "1", "notes": "mine"}
    return [client.get(address), client.post(address, form), client.post(address, form, headers={"HX-Request": "true"})]


def test_a_private_scenario_is_neither_read_nor_changed_by_a_stranger(ada, stranger):
    link = save(ada)
    edit(ada, link, visibility="private", title=SECRET)
    before, found = rows(), addresses("/s/", id=link.split("/")[2])
    assert len(found) >= 12
    for address in found:
        for answer in attempts(stranger, address):
            assert answer.status_code in REFUSED, (address, answer.status_code)
            assert SECRET not in answer.content.decode(errors="replace"), address
    compared = stranger.get(f"/s/compare/?of={link.split('/')[2]}")
    assert SECRET not in compared.content.decode() and SECRET not in stranger.get("/s/").content.decode()
    assert rows() == before


def test_a_private_scenario_is_neither_read_nor_changed_by_a_stranger_over_the_api(ada, stranger):
    """Those with tokens are in `api/test_tokens.py`."""
    link = save(ada)
    edit(ada, link, visibility="private", title=SECRET)
    before, found = rows(), addresses("/api/v1/scenarios/", id=link.split("/")[2])
    assert len(found) >= 3
    for address in found:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            answer = stranger.generic(method, address, '{"title": "Taken", "revision": 2}', "application/json")
            assert answer.status_code in {401, 404, 405, 422}, (method, address, answer.status_code)
            assert SECRET not in answer.content.decode(), address
    assert SECRET not in stranger.get("/api/v1/scenarios").content.decode() and rows() == before


def test_a_private_calibration_is_neither_offered_to_a_stranger_nor_computed_with(ada, stranger):
    link = save(ada, "/calibrate/")
    edit(ada, link, visibility="private", title=SECRET)
    before, form = rows(), {"page": "/walls/serving/", "calibration": link.split("/")[2]}
    for answer in (stranger.post("/s/calibration/", form), stranger.get("/s/calibration/", form)):
        assert answer.status_code in REFUSED and SECRET not in answer.content.decode()
    stranger.get("/lessons/mine/")
    assert SECRET not in stranger.get("/walls/serving/").content.decode() and rows() == before
    assert SECRET in ada.get("/walls/serving/").content.decode()


def test_a_stranger_keeps_no_calibration_as_figures_of_a_course(ada, stranger):
    course = create_course(ada.user, SECRET, "Spring 2027")
    link = save(ada, "/calibrate/")
    before, form = rows(), {"calibration": link.split("/")[2]}
    answer = stranger.post(f"/courses/{course.pk}/calibration/", form)
    assert answer.status_code in REFUSED and SECRET not in answer.content.decode()
    assert rows() == before and not CourseRow.objects.exists()


def test_a_shared_scenario_is_read_and_copied_but_not_changed_by_a_stranger(ada, stranger):
    link = save(ada)
    edit(ada, link, title=SECRET)
    before = Scenario.objects.values().get()
    for address in addresses("/s/", id=link.split("/")[2]):
        if not address.endswith(("/preview.png", "/fork/")):
            attempts(stranger, address)
    assert Scenario.objects.values().get() | {"opened": None} == before | {"opened": None}
    assert Version.objects.count() == 1
    assert SECRET in stranger.get(link).content.decode()


def test_a_lesson_is_changed_by_none_but_its_owner_and_who_has_the_edit_link(ada, stranger):
    document = lesson_document() | {"title": SECRET}
    lesson = AuthoredLesson.objects.create(title=SECRET, document=document, owner=ada.user)
    before, found = rows(), addresses("/lessons/mine/", id=lesson.id)
    assert len(found) >= 7
    for address in found:
        if "/open/" not in address:
            for answer in attempts(stranger, address):
                assert answer.status_code in REFUSED, (address, answer.status_code)
                assert lesson.edit_key not in answer.content.decode(errors="replace"), address
    assert stranger.get(f"/lessons/mine/{lesson.id}/open/{'x' * 27}/").status_code in REFUSED
    assert rows() == before and SECRET not in stranger.get("/lessons/mine/").content.decode()


def authored_claim(owner, **fields):
    given = {
        "source": "A talk",
        "link": "/walls/serving/",
        "output": "itl",
        "stated": "7 ms",
        "value": 0.007,
        "unit": "s",
    }
    return AuthoredClaim.objects.create(claim=SECRET, owner=owner, **given, **fields)


def test_a_private_claim_is_neither_read_nor_changed_by_a_stranger(ada, stranger):
    claim = authored_claim(ada.user)
    before, found = rows(), addresses("/claims/mine/", id=claim.id)
    assert len(found) >= 5
    for address in found:
        for answer in attempts(stranger, address):
            assert answer.status_code in REFUSED, (address, answer.status_code)
            assert SECRET not in answer.content.decode(errors="replace"), address
    assert rows() == before and SECRET not in stranger.get("/claims/mine/").content.decode()
    assert SECRET not in stranger.get(f"/claims/mine/?deleted={claim.id}").content.decode()


def test_a_shared_claim_is_read_but_not_changed_by_a_stranger(ada, stranger):
    claim = authored_claim(ada.user, shared=True)
    before = rows()
    for address in addresses("/claims/mine/", id=claim.id):
        for answer in attempts(stranger, address)[1:]:
            assert answer.status_code in REFUSED, (address, answer.status_code)
    assert rows() == before
    assert SECRET in stranger.get(f"/claims/mine/{claim.id}/").content.decode()
    assert SECRET not in stranger.get("/claims/mine/").content.decode()


def test_a_class_is_led_by_its_host_link_alone(ada, stranger):
    session = store.create_session(read_lesson(lesson_document()), ada.user)
    before = rows()
    for key in ("x" * 27, session.id.ljust(20, "x")):
        found = addresses("/class/host/", key=key)
        assert len(found) >= 6
        for address in found:
            for answer in attempts(stranger, address):
                assert answer.status_code in {404, 405}, (address, answer.status_code)
    for address in addresses("/class/", code=session.code):
        if "<" not in address and "key" not in address:
            assert session.host_key not in stranger.get(address).content.decode(errors="replace"), address
    assert rows() == before


def test_a_participant_is_found_by_none_but_the_own_key():
    session = store.create_session(read_lesson(lesson_document()), AnonymousUser())
    ben = store.join(session, "Ben")
    StudentAnswer.objects.create(participant=ben, frame="placement", round=1, value=135)
    before = rows()
    other = Client()
    other.post(reverse("live:join", args=[session.code]), {"name": "Cleo"})
    cleo = Participant.objects.get(name="Cleo")
    for name in ("student", "journey", "screen", "projector"):
        page = other.get(reverse(f"live:{name}", args=[session.code])).content.decode()
        assert ben.key not in page and "Ben" not in page, name
    assert other.get(reverse("live:personal", args=[session.code, "x" * 27])).status_code == 404
    cleo.delete()
    assert rows() == before


@pytest.fixture
def secret_course(ada, ben):
    """A course of Ada that Ben has joined, with a chip of its own."""
    made = create_course(ada.user, SECRET, "Spring 2027")
    join_course(made, ben.user)
    values = {"name": SECRET, "vendor": "Ada", "tier": "cloud", "source": "Ada"}
    CourseRow.objects.create(group=made.group, table="accelerator", slug="secret-chip", own=True, values=values)
    return made


def course_addresses(made):
    found = addresses("/courses/", id=made.pk)
    assert len(found) >= 10
    return found


def test_a_course_is_neither_seen_nor_changed_nor_joined_by_a_stranger(secret_course, ada, stranger):
    link = save(ada)
    edit(ada, link, visibility="class", group=secret_course.group_id)
    before, sent = rows(), {"member": User.objects.get(username="ben").pk, "open": "no"}
    for address in course_addresses(secret_course):
        for answer in (*attempts(stranger, address), stranger.post(address, sent)):
            assert answer.status_code in REFUSED, (address, answer.status_code)
            assert SECRET not in answer.content.decode(errors="replace"), address
    for address in addresses("/courses/", key="x" * 27):
        for answer in attempts(stranger, address):
            assert answer.status_code in {404, 405}, (address, answer.status_code)
    assert rows() == before and stranger.get(link).status_code == 404


def test_the_catalog_of_a_course_is_neither_seen_nor_chosen_by_a_stranger(secret_course, ben, stranger):
    seen = ["/catalog/accelerators/secret-chip/", "/walls/roofline/?accelerator=secret-chip", "/catalog/accelerators/"]
    for address in (*seen, "/api/v1/catalog/accelerators/secret-chip"):
        assert SECRET in ben.get(address).content.decode(), address
        assert SECRET not in stranger.get(address).content.decode(), address
        chosen = f"{address}{'&' if '?' in address else '?'}course={secret_course.pk}"
        refused = stranger.get(chosen)
        assert refused.status_code in {403, 404} and SECRET not in refused.content.decode(), chosen
        assert SECRET not in stranger.get(address).content.decode(), address


def test_a_member_sees_a_course_but_neither_its_link_nor_its_members_and_changes_nothing_but_leaves(
    secret_course, ada, ben
):
    join_course(secret_course, User.objects.create_user("dora"))
    page = ben.get(f"/courses/{secret_course.pk}/").content.decode()
    assert SECRET in page and secret_course.join_key not in page and "dora" not in page
    before, sent = rows(), {"member": User.objects.get(username="dora").pk, "open": "no"}
    for address in course_addresses(secret_course):
        if not address.endswith(("/leave/", f"/{secret_course.pk}/", "/catalog/")):
            assert ben.post(address, sent).status_code in {404, 405} and ben.get(address).status_code in {404, 405}, (
                address
            )
    assert rows() == before
    ben.post(f"/courses/{secret_course.pk}/leave/")
    assert ben.get(f"/courses/{secret_course.pk}/").status_code == 404


def test_an_instructor_does_not_lead_the_course_of_another(secret_course, cleo):
    cleo.user.user_permissions.add(Permission.objects.get(codename="add_course"))
    own = create_course(cleo.user, "Mine", "Spring 2027")
    before = rows()
    for address in course_addresses(secret_course):
        assert cleo.post(address, {"member": secret_course.instructor_id}).status_code in {404, 405}, address
    listed = cleo.get("/courses/").content.decode()
    assert str(own) in listed and SECRET not in listed
    assert rows() == before
