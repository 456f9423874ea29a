"""Staff find, hide and remove saved scenarios in the admin; the owner reads why."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import save, somebody

__all__ = ["somebody"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
LIST = "/admin/scenarios/scenario/"


@pytest.fixture
def moderator():
    user = User.objects.create_user("moderator", password="a long one", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=("view_scenario", "change_scenario")))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def link(somebody):
    return save(somebody, title="An insult")


def act(client, action, link, **more):
    chosen = {"action": action, "_selected_action": link.split("/")[2], "index": "0"}
    return client.post(LIST, chosen | more, follow=True).content.decode()


def test_staff_without_the_permission_see_no_list(link):
    client = Client()
    client.force_login(User.objects.create_user("editor", password="a long one", is_staff=True))
    assert client.get(LIST).status_code == 403


def test_the_list_is_searched_and_filtered(moderator, link, somebody):
    save(somebody, title="Another")
    found = moderator.get(LIST, {"q": "insult"}).content.decode()
    assert "An insult" in found and ">Another<" not in found
    for narrowed in ("visibility__exact=link", "owner__isempty=1", "deleted__isempty=1", "removed__isempty=1"):
        assert "An insult" in moderator.get(f"{LIST}?{narrowed}").content.decode()
    assert "An insult" not in moderator.get(f"{LIST}?deleted__isempty=0").content.decode()


def test_a_scenario_is_shown_with_its_notes_and_cannot_be_edited(moderator, link):
    Scenario.objects.update(notes="Some notes")
    page = moderator.get(f"{LIST}{link.split('/')[2]}/change/").content.decode()
    assert "Some notes" in page and 'name="notes"' not in page


def test_hidden_it_is_seen_by_its_owner_only(moderator, link, somebody):
    assert "1 hidden" in act(moderator, "hide", link)
    assert Client().get(link).status_code == 404 and somebody.get(link).status_code == 200
    assert "Hidden" in LogEntry.objects.get().change_message


def test_removed_its_owner_reads_why_and_cannot_restore_it(moderator, link, somebody):
    assert "1 removed" in act(moderator, "remove", link, reason="It insults a student.")
    assert Client().get(link).status_code == 404
    page = somebody.get(link).content.decode()
    assert "The staff of this site removed this scenario: It insults a student." in page and "Restore" not in page
    answer = somebody.post(f"{link}restore/")
    assert answer.status_code == 403 and "It insults a student." in answer.content.decode()
    assert Scenario.objects.get().deleted
    assert "It insults a student." in LogEntry.objects.get().change_message


@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        ("", "The reason is missing"),
        ("  ", "The reason is missing"),
        ("x" * 501, "The reason is 501 characters long; 500 is the most."),
        ("a\x00b", "The reason cannot have the control character U+0000"),
    ],
)
def test_without_a_valid_reason_nothing_is_removed(moderator, link, reason, problem):
    assert problem in act(moderator, "remove", link, reason=reason)
    assert Scenario.objects.get().deleted is None


def test_a_removal_can_be_undone(moderator, link):
    act(moderator, "remove", link, reason="By mistake.")
    assert "1 shown again" in act(moderator, "undo_removal", link)
    assert Client().get(link).status_code == 200


def test_only_superusers_delete_for_good(moderator, link):
    assert "delete_selected" not in moderator.get(LIST).content.decode()
    assert moderator.post(f"{LIST}{link.split('/')[2]}/delete/", {"post": "yes"}).status_code == 403
    root = Client()
    root.force_login(User.objects.create_superuser("root", password="a long one"))
    assert root.post(f"{LIST}{link.split('/')[2]}/delete/", {"post": "yes"}).status_code == 302
    assert not Scenario.objects.exists()
