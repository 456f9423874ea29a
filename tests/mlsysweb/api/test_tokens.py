"""Tokens: made and shown once, listed, revoked, expired, pruned; and what each scope and each caller may do."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from mlsysweb.api.models import ApiToken, digest_of
from mlsysweb.api.operation import Scope
from mlsysweb.api.operations.all import OPERATIONS
from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import save

from .conftest import ask, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

NEW = {"name": "Homework", "scopes": ["read", "solve"], "days": "30"}
PAGE = "/accounts/tokens/"


class TestThePage:
    """`/accounts/tokens/`."""

    def test_shows_a_new_token_once_and_stores_its_hash(self, ada):
        made = ada.post(PAGE, NEW)
        secret = re.search(r"mlsys_[-\w]{43}", made.content.decode())[0]
        row = ApiToken.objects.get()
        assert made.status_code == 201 and row.digest == digest_of(secret) and "no-store" in made["Cache-Control"]
        assert secret not in str(ApiToken.objects.values().get())
        listed = ada.get(PAGE).content.decode()
        assert secret not in listed and "Homework" in listed and secret[:10] in listed
        assert ask("GET", "scenarios", token=secret).status_code == 200

    def test_lists_scopes_dates_and_last_use(self, ada):
        secret = token_of(ada, "read")
        assert ada.get(PAGE).context["page"].rows[0].used == "never"
        ask("GET", "solvers", token=secret)
        row = ada.get(PAGE).context["page"].rows[0]
        assert row.used.startswith(f"{timezone.now():%-d %b %Y}") and row.scopes == "read" and not row.expired

    def test_revokes(self, ada):
        secret = token_of(ada)
        assert ada.post(f"{PAGE}{ApiToken.objects.get().pk}/revoke/").status_code == 302
        assert ask("GET", "scenarios", token=secret).status_code == 401 and not ApiToken.objects.exists()

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 61}, "name"),
            ({"name": "a\x00"}, "name"),
            ({"scopes": []}, "scopes"),
            ({"scopes": ["all"]}, "scopes"),
            ({"days": "10000"}, "days"),
        ],
    )
    def test_names_what_is_wrong(self, ada, change, field):
        response = ada.post(PAGE, NEW | change)
        assert response.status_code == 422 and field in response.context["form"].errors
        assert not ApiToken.objects.exists()

    def test_refuses_more_tokens_than_an_account_may_have(self, ada, monkeypatch):
        monkeypatch.setattr("mlsysweb.api.token_views.MOST_TOKENS", 1)
        assert [ada.post(PAGE, NEW).status_code for _ in range(2)] == [201, 422]

    def test_is_for_accounts_only_and_shows_no_token_of_others(self, ada, cleo):
        token_of(ada)
        row = ApiToken.objects.get()
        assert Client().get(PAGE).status_code == 302 and Client().post(PAGE, NEW).status_code == 302
        assert row.name not in str(cleo.get(PAGE).context["page"].rows)
        for client in (cleo, Client()):
            assert client.post(f"{PAGE}{row.pk}/revoke/").status_code in (302, 404)
        assert ApiToken.objects.get() == row

    def test_needs_the_csrf_token(self, ada):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(ada.user)
        assert strict.post(PAGE, NEW).status_code == 403


class TestATokenThatIsNotValid:
    """A request with one is refused by every operation, and not answered as one without a token."""

    @pytest.mark.parametrize("path", ["solvers", "solve/roofline", "scenarios"])
    def test_unknown(self, path):
        response = ask("GET", path, token="mlsys_unknown")
        assert response.status_code == 401 and response["WWW-Authenticate"].startswith("Bearer")
        assert response.json()["error"]["field"] == "Authorization"

    def test_expired(self, ada):
        secret = token_of(ada, days=-1)
        response = ask("GET", "solvers", token=secret)
        assert response.status_code == 401 and "expired on" in response.json()["detail"]

    def test_of_an_account_that_was_closed(self, ada, token):
        ada.user.is_active = False
        ada.user.save()
        assert ask("GET", "solvers", token=token).status_code == 401

    def test_another_scheme_is_that_of_a_proxy(self):
        assert ask("GET", "solvers", Authorization="Basic YTpi").status_code == 200


def test_tokens_are_removed_with_their_account_and_some_time_after_they_expire(ada, cleo):
    token_of(ada), token_of(cleo), token_of(cleo)
    old = ApiToken.objects.first()
    ApiToken.objects.filter(pk=old.pk).update(expires=timezone.now() - timedelta(days=31))
    call_command("prune", verbosity=0)
    assert ApiToken.objects.count() == 2 and not ApiToken.objects.filter(pk=old.pk).exists()
    ada.user.delete(), cleo.user.delete()
    assert not ApiToken.objects.exists()


def test_last_use_is_written_once_an_hour(ada, token, django_assert_num_queries):
    ask("GET", "solvers", token=token)
    used = ApiToken.objects.get().used
    ask("GET", "solvers", token=token)
    assert ApiToken.objects.get().used == used


def test_a_token_does_not_use_the_session_sent_with_it_and_makes_none(somebody, token):
    link = save(somebody)
    scenario = Scenario.objects.get()
    told = ask("GET", f"scenarios/{scenario.pk}", token=token, client=somebody).json()
    assert not told["mine"] and ask("GET", "scenarios", token=token, client=somebody).json()["total"] == 0
    assert ask("GET", f"scenarios/{scenario.pk}", client=somebody).json()["mine"] and link
    fresh = Client()
    ask("POST", "scenarios", {"solver": "roofline"}, token, client=fresh)
    assert not fresh.cookies


class TestASession:
    """A script of a page uses the browser's session; what it changes needs the CSRF token."""

    @pytest.fixture
    def strict(self, ada):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada.user)
        return client

    def test_reads_without_and_changes_with_the_csrf_token(self, strict):
        assert ask("GET", "scenarios", client=strict).status_code == 200
        refused = ask("POST", "scenarios", {"solver": "roofline"}, client=strict)
        assert refused.status_code == 403 and refused.json()["error"]["field"] == "X-CSRFToken"
        strict.get("/walls/roofline/")
        secret = strict.cookies["csrftoken"].value
        made = ask("POST", "scenarios", {"solver": "roofline"}, client=strict, **{"X-CSRFToken": secret})
        assert made.status_code == 201 and Scenario.objects.get().owner is not None

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("PATCH", "scenarios/{id}"),
            ("DELETE", "scenarios/{id}"),
            ("POST", "scenarios/{id}/versions"),
            ("POST", "searches"),
            ("DELETE", "searches/x"),
        ],
    )
    def test_no_change_is_made_without_the_csrf_token(self, strict, scenario, method, path):
        before = list(Scenario.objects.values())
        response = ask(method, path.format(id=scenario["id"]), {"title": "x", "revision": 1}, client=strict)
        assert response.status_code == 403 and response.json()["error"]["field"] == "X-CSRFToken"
        assert list(Scenario.objects.values()) == before

    def test_solving_changes_nothing_and_needs_no_csrf_token(self, strict):
        assert ask("POST", "solve/roofline", {}, client=strict).status_code == 200


BODIES = {
    "start-search": {"walls": ["roofline"], "axes": {"batch_size": [1, 2]}, "goals": ["minimize: latency"]},
    "sweep": {"axes": {"batch_size": [1]}},
    "create-scenario": {"solver": "roofline"},
    "revise-scenario": {"title": "Changed", "revision": 1},
    "add-version": {"inputs": {"batch_size": 2}},
}
# Without a token and session: what anyone may do. Those with the id of a scenario are of one that anyone may see.
OPEN = {
    "list-solvers",
    "read-solver",
    "solve",
    "solve-json",
    "sweep",
    "start-search",
    "list-tables",
    "list-rows",
    "read-row",
    "read-scenario",
    "read-version",
    "read-search",
}
FINE = {200, 201, 204}


def request_of(operation, scenario, token, **headers):
    """Return the response to a request of an operation, on the scenario where it names one."""
    values = {"name": "roofline", "table": "grids", "slug": "france", "number": "1", "id": scenario}
    if "searches" in operation.path:
        values["id"] = "0" * 64
    body = BODIES.get(operation.name, {}) if operation.body is not None else None
    return ask(operation.method, operation.path.format(**values), body, token, **headers)


@pytest.fixture
def others(cleo):
    """The private and the shared scenario of Cleo, by visibility."""
    found = {}
    for visibility in ("private", "link"):
        body = {"solver": "roofline", "title": "Of Cleo", "visibility": visibility}
        found[visibility] = ask("POST", "scenarios", body, token_of(cleo)).json()["id"]
    Scenario.objects.update(revision=1)
    return found


OF_A_SEARCH = {"read-search", "stop-search"}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
class TestRights:
    """Every operation with each scope on the caller's own scenario, on others', and without a token."""

    @pytest.mark.parametrize("scope", list(Scope))
    def test_a_token_does_what_its_scope_permits_and_no_more(self, operation, scope, ada, scenario):
        Scenario.objects.update(revision=1)
        before = list(Scenario.objects.values("pk", "title", "deleted", "revision"))
        response = request_of(operation, scenario["id"], token_of(ada, scope))
        if operation.scope == scope:
            assert response.status_code in ({404} if operation.name in OF_A_SEARCH else FINE), response.content
        else:
            assert response.status_code == 403 and response.json()["error"]["field"] == "token"
            assert list(Scenario.objects.values("pk", "title", "deleted", "revision")) == before

    @pytest.mark.parametrize("visibility", ["private", "link"])
    def test_a_scenario_of_another_account_is_not_changed_and_read_only_where_shown(
        self, operation, visibility, token, others
    ):
        before = list(Scenario.objects.filter(title="Of Cleo").order_by("pk").values())
        response = request_of(operation, others[visibility], token)
        if "{id}" in operation.path and operation.name not in OF_A_SEARCH:
            reads = operation.method == "GET"
            expected = 404 if visibility == "private" else 200 if reads else 403
            assert response.status_code == expected, response.content
        assert "Of Cleo" not in response.content.decode() or (visibility == "link" and operation.method == "GET")
        after = list(Scenario.objects.filter(title="Of Cleo").order_by("pk").values())
        assert [row | {"opened": None} for row in after] == [row | {"opened": None} for row in before]

    def test_a_caller_without_token_and_session_does_what_anyone_may(self, operation, others):
        response = request_of(operation, others["link"], "")
        if operation.name in OPEN:
            assert response.status_code in ({404} if operation.name in OF_A_SEARCH else FINE), response.content
        else:
            assert response.status_code == 401 and response["WWW-Authenticate"]
        if "scenarios/{id}" in operation.path and operation.name in OPEN:
            assert request_of(operation, others["private"], "").status_code == 404
        assert Scenario.objects.count() == 2
