"""The catalog that a request sees: that of a course for its members, for others the shared one. A leak from one course
to another is the worst that could happen here."""

import json
import re
from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from catalog.models import CourseRow
from catalog.visible import visible_group
from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.live.store import create_session
from mlsysweb.classroom.models import ClassSession
from mlsysweb.courses.store import create_course, delete_course, join_course, remove_member
from mlsysweb.explore.jobs import jobs
from mlsysweb.explore.models import Job
from mlsysweb.registry import tools
from mlsysweb.roles import INSTRUCTOR
from solvers.registry import solvers
from tests.mlsysweb.api.conftest import ask, token_of
from tests.mlsysweb.classroom.lesson import lesson_document
from tests.mlsysweb.people import save, signed_in

from .roles import roles

__all__ = ["roles"]

pytestmark = pytest.mark.usefixtures("catalog", "roles")

SECRET, SLUG, H100 = "Secret chip of Ada", "secret-chip", "h100-sxm5-80gb"
CHIP = {
    "name": SECRET,
    "vendor": "Secret vendor",
    "tier": "cloud",
    "release_year": 2026,
    "peak_fp16": 2e15,
    "memory_capacity": 1e11,
    "memory_bandwidth": 5e12,
    "tdp": 700.0,
    "unit_price": 12_345.0,
    "source": "Ada says so",
    "source_date": "2026-11",
    "verified": "no",
}
PARTIAL = {"HX-Request": "true"}
SECRETS = re.compile("Secret|secret-chip|12,345|12345")


@pytest.fixture
def ada():
    return signed_in("ada", Group.objects.get(name=INSTRUCTOR))


@pytest.fixture
def course(ada):
    """Ada's course, with a chip of its own and another price of the H100."""
    made = create_course(ada.user, "ML systems", "Spring 2027")
    CourseRow.objects.create(group=made.group, table="accelerator", slug=SLUG, own=True, values=CHIP)
    CourseRow.objects.create(
        group=made.group,
        table="accelerator",
        slug=H100,
        own=False,
        values={"unit_price": 12_345.0},
        source="Secret quote",
    )
    return made


@pytest.fixture
def ben(course):
    client = signed_in("ben")
    join_course(course, client.user)
    return client


@pytest.fixture
def other_course():
    """A course of Dora, with another chip under the same slug and another price of the H100."""
    dora = signed_in("dora", Group.objects.get(name=INSTRUCTOR))
    made = create_course(dora.user, "Another", "Spring 2027")
    CourseRow.objects.create(
        group=made.group, table="accelerator", slug=SLUG, own=True, values=CHIP | {"name": "Dora's"}
    )
    CourseRow.objects.create(
        group=made.group, table="accelerator", slug=H100, own=False, values={"unit_price": 54_321.0}
    )
    made.client = dora
    return made


@pytest.fixture
def cleo(other_course):
    """A member of another course."""
    client = signed_in("cleo")
    join_course(other_course, client.user)
    return client


def shown(client, address, **headers):
    return client.get(address, headers=headers).content.decode()


def test_members_see_the_chip_of_their_course_and_its_figures(ada, ben):
    for client in (ada, ben):
        assert SECRET in shown(client, "/walls/roofline/")
        assert SECRET in shown(client, "/catalog/accelerators/")
        assert SECRET in shown(client, f"/catalog/accelerators/{SLUG}/")
        assert "12,345" in shown(client, f"/catalog/accelerators/{H100}/") or "12.3k" in shown(
            client, f"/catalog/accelerators/{H100}/"
        )


ADDRESSES = [
    *(f"/walls/{name}/" for name in solvers()),
    *sorted({reverse(view) for view, _ in tools()}),
    "/",
    "/catalog/",
    "/catalog/accelerators/",
    f"/catalog/accelerators/{H100}/",
    f"/catalog/accelerators/{SLUG}/",
    f"/catalog/accelerators/{H100}.json",
    "/catalog/accelerators.csv",
    "/catalog/accelerators.json",
    f"/walls/roofline/?accelerator={SLUG}",
    f"/walls/tco/?accelerator={H100}",
    f"/s/compare/?of=/walls/roofline/%3Faccelerator%3D{SLUG}",
    "/fallacies/",
    "/claims/",
    "/about/",
    "/api/",
    "/api/v1/openapi.json",
    "/api/v1/catalog",
    "/api/v1/catalog/accelerators",
    f"/api/v1/catalog/accelerators/{H100}",
    f"/api/v1/catalog/accelerators/{SLUG}",
    f"/api/v1/solve/roofline?accelerator={SLUG}",
    f"/api/v1/solve/tco?accelerator={H100}",
]


@pytest.mark.parametrize("headers", [{}, PARTIAL], ids=["page", "update"])
def test_after_a_member_has_asked_nobody_else_is_answered_with_what_the_course_has(ben, cleo, course, headers):
    """The members ask first, so that every cache of this process holds what they see."""
    seen = [address for address in ADDRESSES if SECRETS.search(shown(ben, address, **headers))]
    assert len(seen) >= (15 if not headers else 5), seen
    for stranger in (Client(), signed_in("eve"), cleo):
        for address in ADDRESSES:
            found = SECRETS.findall(shown(stranger, address, **headers).replace(SLUG, ""))
            if stranger is cleo:  # the other course has a chip of the same vendor, price and slug
                found = [word for word in found if word not in {"Secret", "12,345", "12345"}]
                assert SECRET not in shown(stranger, address, **headers), address
            assert not found, (address, found)


def test_an_update_is_cached_for_each_course_by_itself(ben, cleo):
    caches["updates"].clear()
    address = f"/walls/roofline/?accelerator={SLUG}&batch_size=3"
    assert SECRET in shown(ben, address, **PARTIAL)
    assert "Dora&#x27;s" in shown(cleo, address, **PARTIAL)
    refused = Client().get(address, headers=PARTIAL)
    assert refused.status_code == 422 and SECRET not in refused.content.decode()
    assert SECRET in shown(ben, address, **PARTIAL) and "Dora&#x27;s" in shown(cleo, address, **PARTIAL)


def test_a_request_leaves_nothing_visible_to_the_next_one_of_the_thread(ben):
    shown(ben, "/walls/roofline/")
    assert visible_group() is None


def test_the_pages_of_a_member_are_not_for_shared_caches(ben):
    for address in ("/walls/roofline/", "/catalog/accelerators/", "/catalog/accelerators.csv"):
        assert "Cookie" in ben.get(address)["Vary"], address
    assert "Cookie" in ben.get("/walls/roofline/", headers=PARTIAL)["Vary"]


def test_an_etag_differs_between_courses(ben, cleo):
    tags = {client.get("/catalog/accelerators.csv")["ETag"] for client in (ben, cleo, Client())}
    assert len(tags) == 3


def test_a_member_who_is_removed_no_longer_sees_the_chip(course, ben):
    assert SECRET in shown(ben, "/walls/roofline/")
    remove_member(course, ben.user)
    assert SECRET not in shown(ben, "/walls/roofline/")


def test_the_chip_is_gone_with_its_course(course, ben):
    delete_course(course)
    assert SECRET not in shown(ben, "/walls/roofline/") and not CourseRow.objects.exists()


class TestWithSeveralCourses:
    """An account in two courses, each with a catalog of its own."""

    @pytest.fixture
    def both(self, ben, other_course):
        join_course(other_course, ben.user)
        return ben

    def test_the_shared_catalog_is_seen_until_one_is_chosen(self, both, course, other_course):
        page = shown(both, "/walls/roofline/")
        assert SECRET not in page and "Dora&#x27;s" not in page
        assert f'href="/walls/roofline/?course={course.pk}"' in page

    def test_a_link_chooses_and_the_choice_lasts_until_another(self, both, course, other_course):
        chosen = both.get(f"/walls/roofline/?batch_size=8&course={course.pk}")
        assert chosen.status_code == 302 and chosen.url == "/walls/roofline/?batch_size=8"
        assert SECRET in shown(both, chosen.url) and "Catalog: <strong>ML systems, Spring 2027</strong>" in shown(
            both, "/"
        )
        both.get(f"/?course={other_course.pk}")
        assert "Dora&#x27;s" in shown(both, "/walls/roofline/") and SECRET not in shown(both, "/walls/roofline/")
        both.get("/?course=shared")
        assert "Dora&#x27;s" not in shown(both, "/walls/roofline/") and SECRET not in shown(both, "/walls/roofline/")

    def test_an_update_with_the_parameter_is_answered_without_it(self, both, course):
        answered = both.get(f"/walls/roofline/?accelerator={SLUG}&course={course.pk}", headers=PARTIAL)
        assert answered.status_code == 200 and SECRET in answered.content.decode()
        assert "course" not in answered["HX-Replace-Url"]

    def test_the_api_takes_the_parameter(self, both, course, other_course):
        secret = token_of(both, "read", "solve")
        for made, name in ((course, SECRET), (other_course, "Dora's")):
            read = ask("GET", f"catalog/accelerators/{SLUG}?course={made.pk}", token=secret)
            assert read.json()["row"]["name"] == name
        assert ask("GET", f"catalog/accelerators/{SLUG}", token=secret).status_code == 404


def test_the_pages_of_a_course_without_rows_open_while_another_has_some(course, ada):
    empty = create_course(ada.user, "Empty", "Spring 2027")
    assert ada.get(f"/courses/{empty.pk}/catalog/").status_code == 200
    assert ada.get(f"/walls/roofline/?course={empty.pk}").status_code == 302
    assert SECRET not in shown(ada, "/walls/roofline/")
    session = create_session(read_lesson(lesson_document()), ada.user)
    ClassSession.objects.filter(pk=session.pk).update(group=empty.group)
    for name, key in (("student", session.code), ("projector", session.code), ("host", session.host_key)):
        assert ada.get(reverse(f"live:{name}", args=[key])).status_code == 200


def test_a_form_without_its_token_gets_its_page_though_courses_have_catalogs(course):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/s/save/", {"page": "/walls/roofline/"}).status_code == 403


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "-1", "1.5", "٣", "%00"])
def test_a_course_that_does_not_exist_gets_a_sentence(ben, number):
    for client in (ben, Client()):
        answered = client.get(f"/walls/roofline/?course={number}")
        assert answered.status_code == 403 and "a course that you are not a member of" in answered.content.decode()


def test_a_link_handed_out_to_others_gets_a_sentence_that_tells_nothing_of_the_course(course, cleo):
    link = f"/walls/roofline/?accelerator={SLUG}&course={course.pk}"
    for client in (cleo, Client()):
        page = client.get(link)
        assert page.status_code == 403 and not SECRETS.search(page.content.decode().replace(SLUG, ""))
        assert "ML systems, Spring" not in page.content.decode()
        assert client.get(link, headers=PARTIAL).status_code == 403
    assert f"/accounts/login/?next={quote(link, safe='')}" in Client().get(link).content.decode().replace("&amp;", "&")
    without = Client().get(f"/walls/roofline/?accelerator={SLUG}")
    assert without.status_code == 422 and not SECRETS.search(without.content.decode().replace(SLUG, ""))


def test_the_parameter_never_leads_to_another_host(ben, course):
    for path in ("//evil.example/", "/%2f%2fevil.example/"):
        answered = ben.get(f"{path}?course={course.pk}")
        assert answered.status_code in (302, 404) and not answered.get("Location", "/").startswith("//")


def test_a_token_sees_the_catalog_of_its_accounts_course_and_no_other(ben, cleo, course):
    mine, others = token_of(ben, "read", "solve"), token_of(cleo, "read", "solve")
    assert ask("GET", f"catalog/accelerators/{SLUG}", token=mine).json()["row"]["name"] == SECRET
    solved = ask("GET", f"solve/roofline?accelerator={SLUG}", token=mine).json()
    assert SECRET in json.dumps(solved)
    for address in (f"catalog/accelerators/{SLUG}", f"solve/roofline?accelerator={SLUG}", "catalog"):
        refused = ask("GET", f"{address}{'&' if '?' in address else '?'}course={course.pk}", token=others)
        assert refused.status_code == 404 and refused.json()["error"]["field"] == "course", address
        assert not SECRETS.search(refused.content.decode())
        assert ask("GET", f"{address}{'&' if '?' in address else '?'}course={course.pk}").status_code == 404
    assert ask("GET", f"openapi.json?course={course.pk}").status_code in (200, 404)
    assert ask("GET", f"catalog/accelerators/{H100}?course=shared", token=mine).json()["row"]["unit_price"] != 12_345


def test_a_token_of_another_course_is_refused_where_the_question_names_no_row(ben, cleo, course):
    refused = ask("GET", f"solve/privacy?course={course.pk}", token=token_of(cleo, "read", "solve"))
    assert refused.status_code == 404 and refused.json()["error"]["field"] == "course"
    assert ask("GET", f"solve/privacy?course={course.pk}", token=token_of(ben, "read", "solve")).status_code == 200
    assert ask("GET", "solve/privacy?course=0").status_code == 404


def test_an_operation_that_reads_no_catalog_knows_no_course(ben, course):
    refused = ask("GET", f"scenarios?course={course.pk}", token=token_of(ben, "read"))
    assert refused.status_code == 422 and refused.json()["error"]["field"] == "course"


def test_a_search_in_the_background_runs_in_the_catalog_of_its_course_and_is_not_read_by_others(ben, cleo, monkeypatch):
    monkeypatch.setattr("mlsysweb.api.operations.searching.IN_REQUEST", 1)
    monkeypatch.setattr("mlsysweb.api.operations.searching.call_worker", lambda: None)
    body = {"walls": ["roofline"], "axes": {"accelerator": "all"}, "goals": ["minimize: latency"]}
    begun = ask("POST", "searches", body, token=token_of(ben, "read", "solve"))
    assert begun.status_code == 202, begun.content
    job = Job.objects.get()
    assert jobs.search_of(job).space.size == job.size  # in the worker, outside any request
    jobs.work("a worker", idle=0)
    job.refresh_from_db()
    assert job.state == "done", job.error
    address = f"searches/{job.pk}"
    assert ask("GET", address, token=token_of(ben, "read")).status_code == 200
    assert ask("GET", address, token=token_of(cleo, "read")).status_code == 404
    assert ask("GET", address).status_code == 404


class TestALiveClass:
    """A class that the instructor of a course starts."""

    @pytest.fixture
    def session(self, ada, course):
        ada.post(reverse("live:start"), {"lesson": "wrap-up"})
        return ClassSession.objects.get()

    def test_shows_the_catalog_of_the_course_to_participants_without_accounts(self, session, course):
        assert session.group_id == course.group_id
        student = Client()
        student.post(reverse("live:join", args=[session.code]), {"name": "Grace"})
        assert SECRET in shown(student, "/walls/roofline/")

    def test_shows_it_to_none_who_has_not_joined_and_after_the_end_to_none(self, session, ada):
        student, stranger = Client(), Client()
        student.post(reverse("live:join", args=[session.code]), {"name": "Grace"})
        assert SECRET not in shown(stranger, "/walls/roofline/")
        ada.post(reverse("live:end", args=[session.host_key]))
        assert SECRET not in shown(student, "/walls/roofline/")

    def test_of_a_member_shows_the_shared_catalog(self, ben):
        ben.post(reverse("live:start"), {"lesson": "wrap-up"})
        assert ClassSession.objects.get().group is None

    def test_has_its_own_screen_whatever_the_viewer_has_chosen(self, ben, course, other_course):
        session = create_session(read_lesson(lesson_document()), AnonymousUser())
        assert session.group is None
        join_course(other_course, ben.user)
        ben.post(reverse("live:join", args=[session.code]), {"name": "Ben"})
        assert ben.get(reverse("live:student", args=[session.code])).status_code == 200


class TestASavedScenario:
    """A scenario saved by a member with a row of the course."""

    @pytest.fixture
    def link(self, ben):
        return save(ben, f"/walls/roofline/?accelerator={SLUG}")

    def test_reopens_for_members_without_a_word_of_changes(self, ben, link):
        page = shown(ben, link)
        assert SECRET in page and "drift-banner" not in page and "ML systems, Spring 2027" in page

    def test_reopens_for_others_with_its_figures_and_says_where_the_row_came_from(self, ben, cleo, link):
        saved = ben.get(link).context["page"]
        for client in (Client(), cleo):
            page = client.get(link).context["page"]
            assert page.result.headline == saved.result.headline and page.result.verdict == saved.result.verdict
            assert f"{SECRET} is a row of the course “ML systems, Spring 2027”" in " ".join(page.drift.sentences)

    def test_of_a_changed_figure_names_the_course_to_others(self, ben):
        link = save(ben, f"/walls/tco/?accelerator={H100}")
        page = Client().get(link).context["page"]
        sentence = next(each for each in page.drift.sentences if "H100" in each)
        assert "as the course “ML systems, Spring 2027” has it" in sentence and "(was $12" in sentence
        assert Client().get(f"{link}v/1/drift/").status_code == 200

    def test_is_exported_and_brought_back(self, ben, link):
        document = Client().get(f"{link}export/json/").json()
        assert document["snapshot"]["accelerator"]["course"]["name"] == "ML systems, Spring 2027"
        sent = Client().post("/s/import/", {"text": json.dumps(document)})
        assert sent.status_code == 302, sent.content.decode()[-2000:]
        assert SECRET in shown(Client(), sent.url)

    def test_of_a_page_over_many_walls_reopens_for_others(self, ben):
        link = save(ben, f"/spectrum/?accelerator={SLUG}")
        page = Client().get(link)
        assert page.status_code == 200 and SECRET in page.content.decode()
        assert "the course “ML systems, Spring 2027”" in page.content.decode()
