"""The history of a course's rows, of its changes of shared rows, and of what it hides; and two forms open at once."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from catalog.models import Accelerator, CourseRow, RowRevision
from catalog.resolve import choices
from catalog.visible import seeing
from solvers import specs

from .roles import roles
from .test_catalog_rows import CHIP, H100, ada, add, ben, course, form_of, page, shown, told, typed

__all__ = ["ada", "ben", "course", "roles"]

pytestmark = pytest.mark.usefixtures("catalog", "roles")


def history(course, slug=H100, table="accelerators"):
    return reverse("courses:catalog_history", args=[course.pk, table, slug])


def list_of(course, table="accelerators"):
    return reverse("courses:catalog_shown", args=[course.pk, table])


def remove(course, slug=H100):
    return reverse("courses:catalog_remove", args=[course.pk, "accelerators", slug])


def change(client, course, **figures):
    answered = client.post(form_of(course), typed(client, form_of(course)) | {"why": "Exercise 3", **figures})
    assert answered.status_code == 302, told(answered)


def versions(client, course, slug=H100):
    """Return the versions of the history page: action, reason, changes, whether it is the present one."""
    found = client.get(history(course, slug)).context["page"].versions
    return [(v.action, v.reason, [(c.label, c.before, c.after) for c in v.changes], v.current) for v in found]


def restore(client, course, number, slug=H100):
    """Send the form that restores a version, counted from the latest, which is 0."""
    return client.post(client.get(history(course, slug)).context["page"].versions[number].restore_url)


class TestTheHistory:
    """The history page of what a course has of a row."""

    def test_tells_each_change_of_a_shared_figure_with_both_values_who_and_why(self, ada, course):
        shared = f"${Accelerator.objects.get(slug=H100).unit_price:,.0f}"
        change(ada, course, unit_price="20,000")
        change(ada, course, unit_price="21,000", why="A quote")
        assert versions(ada, course) == [
            ("Edited", "A quote", [("Unit price", "$20,000", "$21,000")], True),
            ("Edited", "Exercise 3", [("Unit price", shared, "$20,000")], False),
        ]
        assert "<td>ada</td>" in shown(ada, history(course))

    def test_restores_an_earlier_figure_and_says_so(self, ada, course):
        change(ada, course, unit_price="20,000")
        change(ada, course, unit_price="21,000", why="A quote")
        assert restore(ada, course, 1).status_code == 302
        row = CourseRow.objects.get()
        assert (row.values, row.source) == ({"unit_price": 20_000.0}, "Exercise 3")
        latest = versions(ada, course)[0]
        assert latest[0] == "Restored" and latest[1].startswith("The version of") and latest[3]

    def test_outlasts_the_change_and_brings_it_back(self, ada, course):
        change(ada, course, unit_price="20,000")
        ada.post(remove(course))
        assert not CourseRow.objects.exists()
        assert versions(ada, course)[0][:2] == ("Restored", "Shared figures")
        removed = ada.get(page(course)).context["page"].removed
        assert [link.url for link in removed] == [history(course)]
        restore(ada, course, 1)
        assert CourseRow.objects.get().values == {"unit_price": 20_000.0}
        restore(ada, course, 1)  # the version without the change
        assert not CourseRow.objects.exists()

    def test_of_an_own_row_begins_with_its_adding_and_brings_it_back_after_removal(self, ada, course):
        ada.post(add(course), CHIP)
        address = form_of(course, "rubin-teaching")
        ada.post(address, typed(ada, address) | {"tdp": "2 kW"})
        ada.post(remove(course, "rubin-teaching"))
        assert [(action, changes) for action, _, changes, _ in versions(ada, course, "rubin-teaching")] == [
            ("Deleted", []),
            ("Edited", [("Thermal design power", "1,800 W", "2,000 W")]),
            ("Added", []),
        ]
        restore(ada, course, 2, "rubin-teaching")
        row = CourseRow.objects.get()
        assert row.own and row.slug == "rubin-teaching" and row.values["tdp"] == 1800
        assert "Rubin teaching" in shown(ada, "/walls/roofline/")

    def test_refuses_a_version_whose_name_another_row_has_now(self, ada, course):
        ada.post(add(course), CHIP)
        ada.post(remove(course, "rubin-teaching"))
        other = Accelerator.objects.get(slug=H100)
        other.name = "Rubin teaching"
        other.save()
        refused = restore(ada, course, 0, "rubin-teaching")
        assert refused.status_code == 422
        assert "Not restored: There is another row of the name" in unescape(refused.content.decode())
        assert not CourseRow.objects.exists()

    def test_is_the_instructors_alone(self, ada, ben, course):
        change(ada, course, unit_price="20,000")
        number = RowRevision.objects.filter(group=course.group_id).first().pk
        for client in (ben, Client()):
            assert client.get(history(course)).status_code in {302, 404}
            address = reverse("courses:catalog_restore", args=[course.pk, "accelerators", H100, number])
            assert client.post(address).status_code in {302, 404}
        assert RowRevision.objects.filter(group=course.group_id).count() == 1

    def test_names_a_column_that_the_table_has_no_longer(self, ada, course):
        change(ada, course, unit_price="20,000")
        RowRevision.objects.update(changes={"weight": [1, 2]}, values={"weight": 2, "why": "Exercise 3"})
        assert versions(ada, course)[0][2] == [("Weight", "1", "2")]

    def test_of_a_row_that_the_course_never_had_is_not_found(self, ada, course):
        assert ada.get(history(course)).status_code == 404

    def test_does_not_stand_in_the_history_of_the_shared_row(self, ada, course, admin_client):
        change(ada, course, unit_price="20,000")
        row = Accelerator.objects.get(slug=H100)
        page = admin_client.get(f"/admin/catalog/accelerator/{row.pk}/history/")
        assert "not changed here since" in page.content.decode()
        assert "$20,000" not in shown(Client(), f"/catalog/accelerators/{H100}/")
        ada.post(add(course), CHIP)
        ada.post(remove(course, "rubin-teaching"))
        assert "Rubin teaching" not in admin_client.get("/admin/catalog/accelerator/deleted/").content.decode()

    def test_is_read_by_members_on_the_public_page_without_names(self, ada, ben, course):
        change(ada, course, unit_price="20,000")
        public = shown(ben, f"/catalog/accelerators/{H100}/")
        assert "→ $20,000" in public and "This course" in public and "ada" not in public.split("History</h2>")[1]


class TestHidingRows:
    """The list in which an instructor checks the shared rows that pickers leave out."""

    def test_takes_a_row_out_of_the_pickers_and_lists_of_members_alone(self, ada, ben, course):
        assert ada.post(list_of(course), {"hidden": [H100, "nothing"]}).status_code == 302
        for client in (ada, ben):
            assert f'value="{H100}"' not in shown(client, "/walls/roofline/?accelerator=a100-sxm4-80gb")
            assert "NVIDIA H100 SXM5 80GB" not in shown(client, "/catalog/accelerators/?q=H100")
        assert f'value="{H100}"' in shown(Client(), "/walls/roofline/?accelerator=a100-sxm4-80gb")
        with seeing(course.group_id):
            assert H100 not in {slug for slug, *_ in choices(specs.Accelerator)}
        assert not Accelerator.objects.get(slug=H100).archived

    def test_leaves_links_that_name_the_row_open_and_they_say_so(self, ada, ben, course):
        before = ben.get(f"/walls/roofline/?accelerator={H100}").context["page"].result.headline
        ada.post(list_of(course), {"hidden": [H100]})
        answered = ben.get(f"/walls/roofline/?accelerator={H100}")
        assert answered.status_code == 200 and answered.context["page"].result.headline == before
        words = "NVIDIA H100 SXM5 80GB is hidden from the pickers of the course “ML systems, Spring 2027”."
        assert words in unescape(answered.content.decode())
        public = shown(ben, f"/catalog/accelerators/{H100}/")
        assert "does not offer this row" in public and "links that name it still work" in public
        assert words not in shown(Client(), f"/walls/roofline/?accelerator={H100}")

    def test_shows_it_again_and_keeps_figures_that_are_changed(self, ada, course):
        change(ada, course, unit_price="20,000")
        ada.post(list_of(course), {"hidden": [H100]})
        assert CourseRow.objects.get().values == {"unit_price": 20_000.0, "archived": True}
        change(ada, course, unit_price="21,000")
        assert CourseRow.objects.get().values == {"unit_price": 21_000.0, "archived": True}
        listed = shown(ada, page(course))
        assert "changed, hidden from pickers" in listed and "Archived" not in listed
        ada.post(list_of(course), {})
        assert CourseRow.objects.get().values == {"unit_price": 21_000.0}
        assert versions(ada, course)[0][2] == [("Hidden from pickers", "yes", "no")]

    def test_is_taken_back_in_the_catalog_of_the_course(self, ada, course):
        ada.post(list_of(course), {"hidden": [H100]})
        assert "Show again" in shown(ada, page(course))
        ada.post(remove(course))
        assert not CourseRow.objects.exists()

    def test_hides_every_row_of_a_table_within_the_limit(self, ada, course, monkeypatch):
        slugs = list(Accelerator.objects.filter(archived=False).values_list("slug", flat=True))
        assert ada.post(list_of(course), {"hidden": slugs}).status_code == 302
        assert CourseRow.objects.count() == len(slugs)
        assert ada.get("/walls/roofline/").status_code == 200
        monkeypatch.setattr("mlsysweb.courses.catalog_store.MOST_ROWS", 3)
        ada.post(list_of(course), {})
        assert not CourseRow.objects.exists()
        refused = ada.post(list_of(course), {"hidden": slugs})
        assert refused.status_code == 422 and "at most 3 rows" in unescape(refused.content.decode())
        assert not CourseRow.objects.exists()

    def test_is_the_instructors_alone(self, ben, course):
        assert ben.post(list_of(course), {"hidden": [H100]}).status_code == 404
        assert not CourseRow.objects.exists()

    def test_makes_no_drift_of_what_members_saved(self, ada, ben, course):
        from tests.mlsysweb.people import save

        link = save(ben, f"/walls/roofline/?accelerator={H100}")
        ada.post(list_of(course), {"hidden": [H100]})
        assert ben.get(link).context["page"].drift is None


class TestTwoOpenForms:
    """The second of two forms of one row that are open at once."""

    def test_shows_both_values_and_takes_over_what_it_did_not_change(self, ada, course):
        change(ada, course, unit_price="20,000")
        stale = typed(ada, form_of(course)) | {"opened": ada.get(form_of(course)).context["page"].opened}
        change(ada, course, unit_price="21,000", tdp="650")
        answered = ada.post(form_of(course), stale | {"unit_price": "22,000"})
        sentence = unescape(answered.content.decode())
        assert answered.status_code == 422 and "ada saved this row after you opened it" in sentence
        assert "$21,000 (before: $20,000). Yours: $22,000." in sentence
        assert CourseRow.objects.get().values == {"unit_price": 21_000.0, "tdp": 650.0}
        again = {name: value for name, value in stale.items() if name not in ("opened", "tdp")}
        again |= {"unit_price": "22,000", "tdp": "650"}
        opened = answered.context["page"].opened
        assert ada.post(form_of(course), again | {"opened": opened}).status_code == 302
        assert CourseRow.objects.get().values == {"unit_price": 22_000.0, "tdp": 650.0}


def test_the_account_of_a_change_is_forgotten_with_it(ada, course):
    change(ada, course, unit_price="20,000")
    course.instructor = None
    course.save()
    User.objects.get(username="ada").delete()
    assert RowRevision.objects.get(group=course.group_id).user is None
