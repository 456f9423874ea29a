"""The pages on which an instructor keeps the catalog of a course."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from catalog.models import TABLES, Accelerator, CourseRow, Node
from mlsysweb.courses.catalog_present import MODELS
from mlsysweb.courses.store import create_course, join_course
from mlsysweb.roles import INSTRUCTOR
from tests.mlsysweb.people import signed_in

from .roles import roles

__all__ = ["roles"]

pytestmark = pytest.mark.usefixtures("catalog", "roles")

H100, DGX = "h100-sxm5-80gb", "dgx-h100"
CHIP = {
    "name": "Rubin teaching",
    "vendor": "NVIDIA",
    "tier": "cloud",
    "release_year": "2026",
    "announced": "on",
    "peak_fp16": "4 PFLOP/s",
    "memory_capacity": "288 GB",
    "memory_bandwidth": "13 TB/s",
    "tdp": "1.8 kW",
    "unit_price": "$60,000",
    "source": "Keynote",
    "source_date": "March 2026",
    "verified": "no",
}


@pytest.fixture
def ada():
    return signed_in("ada", Group.objects.get(name=INSTRUCTOR))


@pytest.fixture
def course(ada):
    return create_course(ada.user, "ML systems", "Spring 2027")


@pytest.fixture
def ben(course):
    client = signed_in("ben")
    join_course(course, client.user)
    return client


def page(course):
    return reverse("courses:catalog", args=[course.pk])


def add(course, table="accelerators"):
    return reverse("courses:catalog_add", args=[course.pk, table])


def form_of(course, slug=H100, table="accelerators"):
    return reverse("courses:catalog_row", args=[course.pk, table, slug])


def typed(client, address):
    """Return what the form at an address holds, as a browser would send it."""
    groups = client.get(address).context["page"].groups
    sent = {}
    for field in (field for group in groups for field in group.fields):
        element = unescape(field.element)
        if "<select" in element:
            chosen = re.search(r'<option value="([^"]*)" selected', element)
            sent[field.name] = chosen[1] if chosen else ""
        elif 'type="checkbox"' in element:
            if "checked" in element:
                sent[field.name] = "on"
        elif "<textarea" in element:
            sent[field.name] = re.search(r">\n?(.*)</textarea", element, re.S)[1]
        else:
            value = re.search(r'value="([^"]*)"', element)
            sent[field.name] = value[1] if value else ""
    return sent


def told(answered):
    """Return the errors of a form that was not saved."""
    page = answered.context["page"]
    fields = [field for group in page.groups for field in group.fields if field.errors]
    return page.errors, [(field.name, field.errors) for field in fields]


def shown(client, address):
    return unescape(client.get(address).content.decode())


def test_an_instructor_adds_an_announced_chip_that_stands_in_every_picker_of_the_course(ada, ben, course):
    made = ada.post(add(course), CHIP)
    assert made.status_code == 302, told(made)
    row = CourseRow.objects.get()
    assert row.own and row.slug == "rubin-teaching" and row.values["memory_bandwidth"] == 13e12
    assert row.values["unit_price"] == 60_000 and row.values["source_date"] == "2026-03" and row.values["tdp"] == 1800
    for client in (ada, ben):
        assert "Rubin teaching (announced)" in shown(client, "/walls/roofline/")
        public = shown(client, "/catalog/accelerators/rubin-teaching/")
        assert "only members of ML systems, Spring 2027 see this row" in public and "Added to the course." in public
        assert "this course, announced" in shown(client, "/catalog/accelerators/?q=rubin+teaching")
    assert Client().get("/catalog/accelerators/rubin-teaching/").status_code == 404
    assert not Accelerator.objects.filter(name="Rubin teaching").exists()


def test_an_instructor_changes_one_figure_of_a_shared_row_and_only_that_is_kept(ada, ben, course):
    shared = Accelerator.objects.get(slug=H100)
    sent = typed(ada, form_of(course)) | {"unit_price": "20,000", "why": "Exercise 3"}
    answered = ada.post(form_of(course), sent)
    assert answered.status_code == 302, told(answered)
    row = CourseRow.objects.get()
    assert (row.own, row.values, row.source) == (False, {"unit_price": 20_000.0}, "Exercise 3")
    listed = shown(ben, page(course))
    assert "$20,000" in listed and "Exercise 3" in listed and "shared: $" in listed
    assert "has its own Unit price" in shown(ben, f"/catalog/accelerators/{H100}/")
    assert Accelerator.objects.get(slug=H100).unit_price == shared.unit_price


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_form_of_any_row_sent_as_it_is_changes_nothing(ada, course, table):
    path = next(path for path, model in MODELS.items() if model is table)
    for row in table.objects.order_by("pk")[:3]:
        address = form_of(course, row.slug, path)
        answered = ada.post(address, typed(ada, address) | {"why": "nothing"})
        assert answered.status_code == 422
        assert "Nothing differs from the shared row" in answered.content.decode(), (row, told(answered))
    assert not CourseRow.objects.exists()


def test_a_change_is_edited_and_taken_back(ada, course):
    ada.post(form_of(course), typed(ada, form_of(course)) | {"unit_price": "20000", "why": "Exercise 3"})
    again = typed(ada, form_of(course))
    assert again["unit_price"] == "20,000" and again["why"] == "Exercise 3"
    form = shown(ada, form_of(course))
    assert "Shared catalog: $" in form
    ada.post(form_of(course), again | {"unit_price": ""})
    assert CourseRow.objects.get().values == {"unit_price": None}
    assert "unknown" in shown(ada, page(course))
    ada.post(reverse("courses:catalog_remove", args=[course.pk, "accelerators", H100]))
    assert not CourseRow.objects.exists()


def test_a_node_of_the_course_is_built_from_its_chip(ada, ben, course):
    ada.post(add(course), CHIP)
    node = {
        "name": "Our server",
        "accelerator": "rubin-teaching",
        "accelerators_per_node": "8",
        "source": "us",
        "source_date": "2026",
        "verified": "no",
    }
    made = ada.post(add(course, "nodes"), node)
    assert made.status_code == 302, told(made)
    assert "Our server" in shown(ben, "/catalog/nodes/") and not Node.objects.filter(name="Our server").exists()
    assert "Our server" in shown(ben, "/catalog/accelerators/rubin-teaching/")
    ada.post(reverse("courses:catalog_remove", args=[course.pk, "accelerators", "rubin-teaching"]))
    assert "A row that it needs is gone" in shown(ada, page(course)) and "Our server" not in shown(
        ben, "/catalog/nodes/"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Name is required."),
        ({"name": "NVIDIA H100 SXM5 80GB"}, "There is a row of this name of the shared catalog"),
        ({"tdp": "1.8 GB"}, "needs a power"),
        ({"source": ""}, "Source is required."),
        ({"source_date": "2026-13"}, "A year, a month (2026-10)"),
        ({"tier": "moon"}, "Select a valid choice"),
        ({"release_year": "26"}, "needs a year from 1940"),
        ({"name": "a\x01b"}, "control character U+0001"),
        ({"name": "x" * 101}, "at most 100 characters"),
    ],
)
def test_a_row_that_cannot_be_added_gets_a_sentence_at_its_field(ada, course, change, sentence):
    answered = ada.post(add(course), CHIP | change)
    assert answered.status_code == 422 and sentence in unescape(answered.content.decode())
    assert not CourseRow.objects.exists()


def test_an_unusual_figure_is_saved_on_demand_only(ada, course):
    answered = ada.post(add(course), CHIP | {"memory_bandwidth": "13 GB/s"})
    page_shown = unescape(answered.content.decode())
    assert answered.status_code == 422 and "Save anyway" in page_shown and "far below" in page_shown
    accepted = answered.context["page"].digest
    assert ada.post(add(course), CHIP | {"memory_bandwidth": "13 GB/s", "accepted": accepted}).status_code == 302
    assert CourseRow.objects.get().values["memory_bandwidth"] == 13e9


def test_a_new_row_begins_with_a_copy_of_another(ada, course):
    copied = typed(ada, f"{add(course)}?copy={H100}")
    assert copied["name"] == "" and copied["vendor"] == "NVIDIA" and copied["memory_bandwidth"]
    assert ada.post(add(course), copied | {"name": "H100 of the course"}).status_code == 302


def test_the_row_to_change_is_found_by_name_and_a_wrong_name_gets_a_sentence(ada, course):
    found = ada.get(page(course), {"table": "accelerators", "row": "nvidia h100 sxm5 80gb"})
    assert found.status_code == 302 and found.url == form_of(course)
    wrong = ada.get(page(course), {"table": "accelerators", "row": "h100-sxm"})
    assert wrong.status_code == 422 and "Did you mean" in unescape(wrong.content.decode())


def test_a_change_of_a_renamed_row_is_edited_rather_than_made_twice(ada, course):
    ada.post(form_of(course), typed(ada, form_of(course)) | {"unit_price": "20000", "why": "Exercise 3"})
    row = Accelerator.objects.get(slug=H100)
    row.slug = "h100"
    row.save()
    ada.post(form_of(course, "h100"), typed(ada, form_of(course, "h100")) | {"unit_price": "21000"})
    assert [each.values for each in CourseRow.objects.all()] == [{"unit_price": 21_000.0}]


def test_a_change_of_a_row_that_is_gone_says_that_it_has_no_effect(ada, course):
    CourseRow.objects.create(group=course.group, table="accelerator", slug="gone", own=False, values={"tdp": 1.0})
    assert "no longer has this row" in shown(ada, page(course))
    assert "1 changed row of the shared catalog" in shown(ada, reverse("courses:course", args=[course.pk]))


def test_too_many_rows_are_refused_with_a_sentence(ada, course, monkeypatch):
    monkeypatch.setattr("mlsysweb.courses.catalog_store.MOST_ROWS", 1)
    assert ada.post(add(course), CHIP).status_code == 302
    refused = ada.post(add(course), CHIP | {"name": "Another"})
    assert refused.status_code == 422 and "that is the most" in unescape(refused.content.decode())


def test_what_is_typed_is_never_markup(ada, ben, course):
    script = "<script>alert(1)</script>"
    made = ada.post(add(course), CHIP | {"name": script, "vendor": script, "note": script, "source": script})
    assert made.status_code == 302, told(made)
    row = CourseRow.objects.get()
    ada.post(form_of(course), typed(ada, form_of(course)) | {"note": script, "why": script})
    ada.post(form_of(course, row.slug), typed(ada, form_of(course, row.slug)) | {"note": f"{script}2"})
    for address in (
        page(course),
        form_of(course),
        reverse("courses:catalog_history", args=[course.pk, "accelerators", row.slug]),
        reverse("courses:catalog_history", args=[course.pk, "accelerators", H100]),
        reverse("courses:catalog_shown", args=[course.pk, "accelerators"]),
        f"/catalog/accelerators/{H100}/",
        f"/walls/roofline/?accelerator={H100}",
        form_of(course, row.slug),
        f"/catalog/accelerators/{row.slug}/",
        "/catalog/accelerators/",
        f"/walls/roofline/?accelerator={row.slug}",
        "/",
    ):
        for client in (ada, ben):
            assert script not in client.get(address).content.decode(), address


def test_a_member_reads_the_catalog_of_the_course_without_forms(ada, ben, course):
    ada.post(add(course), CHIP)
    read = ben.get(page(course)).content.decode()
    assert "Rubin teaching" in read and "Add a row" not in read and "Remove" not in read
    assert "Change for this course" not in shown(ben, f"/catalog/accelerators/{H100}/")
    assert "Change for this course" in shown(ada, f"/catalog/accelerators/{H100}/")


def test_the_page_of_a_shared_row_leads_the_instructor_to_the_form_before_the_course_has_any_row(ada, course):
    assert form_of(course) in shown(ada, f"/catalog/accelerators/{H100}/")
