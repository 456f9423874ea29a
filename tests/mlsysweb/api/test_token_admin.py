"""Administrators list and revoke API tokens in the admin; no page of it shows a secret or its hash."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from mlsysweb.api.models import ApiToken, digest_of
from mlsysweb.api.operation import Scope

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
LIST = "/admin/api/apitoken/"


@pytest.fixture
def administrator():
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def made():
    """A token of Ada's and its secret."""
    return ApiToken.make(User.objects.create_user("ada").pk, "notebook", (Scope.READ, Scope.SOLVE), 7)


def asked(secret):
    return Client().get("/api/v1/scenarios", HTTP_AUTHORIZATION=f"Bearer {secret}").status_code


def test_the_list_names_owner_use_and_scopes_and_never_the_secret(administrator, made):
    token, secret = made
    for path in (LIST, f"{LIST}{token.pk}/change/", f"{LIST}{token.pk}/delete/"):
        page = administrator.get(path).content.decode()
        assert "notebook" in page and token.beginning in page
        assert secret not in page and digest_of(secret) not in page
    page = administrator.get(LIST).content.decode()
    assert "ada" in page and "read, solve" in page


def test_the_list_is_searched_by_owner_name_and_first_characters(administrator, made):
    token, _ = made
    for words in ("ada", "notebook", token.beginning):
        assert "notebook" in administrator.get(LIST, {"q": words}).content.decode()
    assert "notebook" not in administrator.get(LIST, {"q": "cleo"}).content.decode()


def test_a_token_cannot_be_made_or_edited_in_the_admin(administrator, made):
    token, _ = made
    assert administrator.get(f"{LIST}add/").status_code == 403
    assert administrator.post(f"{LIST}{token.pk}/change/", {"name": "mine"}).status_code == 403
    assert ApiToken.objects.get().name == "notebook"


def test_a_revoked_token_is_refused_and_the_revocation_is_logged(administrator, made):
    token, secret = made
    assert asked(secret) == 200
    told = administrator.post(LIST, {"action": "revoke", "_selected_action": token.pk, "index": "0"}, follow=True)
    assert "1 token revoked" in told.content.decode()
    assert asked(secret) == 401 and not ApiToken.objects.exists()
    entry = LogEntry.objects.get()
    assert entry.is_deletion() and "notebook" in entry.object_repr


def test_staff_without_the_permissions_neither_see_nor_revoke(made):
    token, _ = made
    user = User.objects.create_user("editor", is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(LIST).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_apitoken"))
    assert client.get(LIST).status_code == 200
    client.post(LIST, {"action": "revoke", "_selected_action": token.pk, "index": "0"})
    assert ApiToken.objects.exists()
