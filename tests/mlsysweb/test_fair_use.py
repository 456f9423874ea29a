"""Limits on how often a visitor, and all visitors of one network address, may save, import, sign in and so on."""

import json
import sqlite3
import subprocess
import sys

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from mlsysweb import settings as deployed
from mlsysweb import throttle
from mlsysweb.explore import views as explore
from mlsysweb.saved.scenarios.models import Scenario
from mlsysweb.visitors import address
from tests.mlsysweb.explore.questions import large
from tests.mlsysweb.people import save

HOUR = 3600


@pytest.fixture
def limit(settings, tmp_path):
    """Return a function that limits one kind of request."""
    settings.THROTTLE_FILE = tmp_path / "counts.sqlite3"

    def limit(kind, visitor=None, address=None):
        given = {"visitor": visitor, "address": address}
        settings.FAIR_USE = {kind: {scope: (number, HOUR) for scope, number in given.items() if number}}

    return limit


@pytest.fixture
def clock(monkeypatch):
    """Return a clock with which a test moves the time of the limits."""
    now = [1e9]
    monkeypatch.setattr(throttle.time, "time", lambda: now[0])
    return now


def asked(**meta):
    request = RequestFactory().get("/", **meta)
    request.session, request.user = {}, None
    return request


ONE_MORE = """
import sys
from pathlib import Path
import django
from django.test import RequestFactory, override_settings

django.setup()
from mlsysweb.throttle import excess

with override_settings(FAIR_USE={"save": {"address": (2, 3600)}}, THROTTLE_FILE=Path(sys.argv[1])):
    print(excess(RequestFactory().get("/"), "save"))
"""


class TestCounting:
    """`throttle.excess`."""

    def test_the_whole_of_a_limit_can_be_used_at_once_and_comes_back_evenly(self, limit, clock):
        limit("save", address=4)
        assert [throttle.excess(asked(), "save") for _ in range(4)] == [None] * 4
        assert throttle.excess(asked(), "save").seconds == HOUR / 4
        clock[0] += HOUR / 4
        assert throttle.excess(asked(), "save") is None
        assert throttle.excess(asked(), "save").seconds == HOUR / 4

    def test_what_is_refused_is_not_counted(self, limit, clock):
        limit("save", address=1)
        throttle.excess(asked(), "save")
        waits = {throttle.excess(asked(), "save").seconds for _ in range(5)}
        assert waits == {HOUR}

    def test_the_sentence_names_the_limit_and_when_to_try_again(self, limit, clock):
        limit("save", address=2)
        throttle.excess(asked(), "save"), throttle.excess(asked(), "save")
        clock[0] += 1
        sentence = throttle.excess(asked(), "save").sentence
        assert sentence == (
            "2 saves in 1 hour is the most this site accepts from one network address. Try again in 30 minutes."
        )

    def test_addresses_and_kinds_are_counted_apart(self, limit, settings, clock):
        limit("save", address=1)
        settings.FAIR_USE["fork"] = settings.FAIR_USE["save"]
        assert throttle.excess(asked(REMOTE_ADDR="192.0.2.1"), "save") is None
        assert throttle.excess(asked(REMOTE_ADDR="192.0.2.1"), "save")
        assert throttle.excess(asked(REMOTE_ADDR="192.0.2.2"), "save") is None
        assert throttle.excess(asked(REMOTE_ADDR="192.0.2.1"), "fork") is None

    def test_a_cost_uses_up_so_much_of_the_limit_and_a_larger_one_all_of_it(self, limit, clock):
        limit("stored", address=100)
        assert throttle.excess(asked(), "stored", 60) is None
        assert throttle.excess(asked(), "stored", 60).seconds == 0.2 * HOUR
        assert throttle.excess(asked(REMOTE_ADDR="192.0.2.9"), "stored", 1e9) is None

    def test_a_file_that_cannot_be_used_refuses_nothing(self, limit, settings, tmp_path):
        limit("save", address=1)
        settings.THROTTLE_FILE = tmp_path / "missing" / "counts.sqlite3"
        assert [throttle.excess(asked(), "save") for _ in range(3)] == [None] * 3

    def test_processes_count_together(self, limit, settings):
        limit("save", address=2)
        command = [sys.executable, "-c", ONE_MORE, str(settings.THROTTLE_FILE)]
        told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=settings.BASE_DIR).stdout
        assert told.strip() == "None"
        assert throttle.excess(asked(), "save") is None
        assert throttle.excess(asked(), "save")

    def test_the_file_holds_no_address_and_what_has_expired_is_removed(self, limit, settings, clock):
        limit("save", address=2)
        throttle.excess(asked(REMOTE_ADDR="192.0.2.77"), "save")
        [(who,)] = sqlite3.connect(settings.THROTTLE_FILE).execute("SELECT who FROM spent").fetchall()
        assert b"192.0.2.77" not in who and len(who) == 16
        assert throttle.remove_expired() == 0
        clock[0] += HOUR
        assert throttle.remove_expired(dry_run=True) == 1
        assert throttle.remove_expired() == 1
        assert throttle.remove_expired() == 0


class TestTheAddress:
    """Behind proxies the address is the one that the outermost of them saw; without, what a client claims is
    ignored."""

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "expected"),
        [
            (0, "", "10.0.0.1"),
            (0, "203.0.113.5", "10.0.0.1"),
            (1, "203.0.113.5", "203.0.113.5"),
            (1, "6.6.6.6, 203.0.113.5", "203.0.113.5"),
            (2, "6.6.6.6, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
            (2, "203.0.113.5", "203.0.113.5"),
            (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            (1, "::ffff:203.0.113.5", "203.0.113.5"),
            (1, "nonsense", None),
        ],
    )
    def test_it_is(self, settings, proxies, forwarded, expected):
        settings.PROXIES = proxies
        assert address(asked(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)) == expected


class TestAClass:
    """The limits as deployed are generous enough for a class of 300 students behind one address."""

    STUDENTS = 300

    def test_each_may_save_once_a_minute_for_an_hour_and_sign_in_ten_times(self):
        limits = {kind: scopes["address"][0] for kind, scopes in deployed.FAIR_USE.items()}
        assert limits["save"] >= 60 * self.STUDENTS
        assert limits["sign_in"] >= 10 * self.STUDENTS and limits["job"] >= 10 * self.STUDENTS
        assert limits["fork"] >= 20 * self.STUDENTS and limits["import"] >= 10 * self.STUDENTS
        assert limits["stored"] >= 60 * self.STUDENTS * 25  # kB; a save of a wall has about 22
        assert limits["api"] >= 64 * self.STUDENTS  # a sweep of 64 points each, all within ten minutes

    def test_one_visitor_may_do_no_more_than_a_part_of_that(self):
        of_visitors = [scopes for scopes in deployed.FAIR_USE.values() if "visitor" in scopes]
        assert len(of_visitors) > 5
        for scopes in of_visitors:
            assert scopes["visitor"][0] * 10 <= scopes["address"][0]


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
class TestTheSite:
    """Each action that is limited answers with the sentence and when to try again."""

    @pytest.fixture(autouse=True)
    def no_worker(self, monkeypatch):
        monkeypatch.setattr(explore, "call_worker", lambda: None)

    @staticmethod
    def refused(answer, words):
        assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= HOUR
        page = answer.content.decode()
        assert "1 " + words in page and "Try again in" in page and 'role="alert"' in page

    def test_a_save_too_many(self, limit, client):
        save(client)
        limit("save", visitor=1)
        save(client)
        self.refused(client.post("/s/save/", {"page": "/walls/roofline/"}), "saves in 1 hour is the most a visitor")
        assert Scenario.objects.count() == 2
        save(Client())  # another visitor of the same address

    def test_a_save_too_many_from_an_htmx_request_is_a_sentence(self, limit, client):
        limit("save", address=1)
        save(client)
        answer = client.post("/s/save/", {"page": "/walls/roofline/"}, headers={"HX-Request": "true"})
        assert answer.status_code == 429 and answer["Content-Type"].startswith("text/plain")
        assert answer.content.decode().startswith("1 saves in 1 hour") and "HX-Request" in answer["Vary"]

    def test_a_fork_too_many(self, limit, client):
        link = save(client)
        limit("fork", visitor=1)
        assert client.post(f"{link}fork/").status_code == 302
        self.refused(client.post(f"{link}fork/"), "copies")

    @pytest.mark.parametrize(("action", "words"), [("edit", "edits"), ("delete", "edits"), ("restore", "edits")])
    def test_an_edit_too_many(self, limit, client, action, words):
        link = save(client)
        limit("edit", visitor=1)
        client.post(f"{link}edit/", {})
        self.refused(client.post(f"{link}{action}/"), words)

    def test_an_import_too_many(self, limit, client):
        limit("import", address=1)
        assert client.post("/s/import/", {"text": "{}"}).status_code == 422
        self.refused(client.post("/s/import/", {"text": "{}"}), "imports")
        assert client.get("/s/import/").status_code == 200

    def test_a_search_too_many(self, limit, client):
        limit("job", address=1)
        assert client.post("/explore/begin/", {"query": large().query}).status_code == 302
        self.refused(client.post("/explore/begin/", {"query": large(40_001).query}), "searches started")

    @pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/"])
    def test_a_sign_in_too_many(self, limit, client, path):
        User.objects.create_superuser("ada", password="a long one")
        limit("sign_in", address=1)
        client.post(path, {"username": "ada", "password": "wrong"})
        self.refused(client.post(path, {"username": "ada", "password": "a long one"}), "attempts to sign in")
        assert client.get(path).status_code == 200

    def test_a_call_of_the_api_too_many_is_refused_in_json(self, limit, client):
        limit("api", address=1)
        assert client.get("/api/v1/solve/roofline").status_code == 200
        for answer in (client.get("/api/v1/solve/roofline"), client.post("/api/v1/solve/roofline")):
            assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
            told = json.loads(answer.content)
            assert told["errors"] == [told["error"]] and "1 API requests in 1 hour" in told["error"]["message"]

    def test_too_much_stored_is_refused_and_stores_nothing(self, limit, client):
        limit("stored", address=30)
        link = save(client)
        for path, given in (
            ("/s/save/", {"page": "/walls/roofline/"}),
            (f"{link}fork/", {}),
            (f"{link}v/1/recompute/", {}),
        ):
            answer = client.post(path, given)
            assert answer.status_code == 429 and "30 kB stored in 1 hour is the most" in answer.content.decode()
        assert Scenario.objects.count() == Scenario.objects.get().versions.count() == 1

    def test_a_visitor_has_a_limited_number_of_scenarios_and_deleting_makes_room(self, client, settings):
        settings.SCENARIOS_PER_VISITOR = {"browser": 2, "account": 3}
        first, _ = save(client), save(client)
        for path, given in (("/s/save/", {"page": "/walls/roofline/"}), (f"{first}fork/", {})):
            answer = client.post(path, given)
            assert answer.status_code == 429
            assert (
                "You have 2 saved scenarios, and 2 is the most for one browser. Delete some" in answer.content.decode()
            )
        client.post(f"{first}delete/")
        assert save(client)

    def test_the_way_back_is_the_page_it_was_asked_on_and_no_other_site_s(self, limit, client):
        limit("save", address=1)
        save(client)

        def back(referer):
            given = {"page": "/walls/roofline/"}
            return client.post("/s/save/", given, headers={"referer": referer}).content.decode()

        assert 'href="http://testserver/walls/tco/">Back' in back("http://testserver/walls/tco/")
        assert 'href="/">Back' in back("http://elsewhere.example/")


@pytest.mark.django_db
class TestClasses:
    """Codes of classes cannot be guessed by trying many, nor classes be started without end."""

    @pytest.mark.parametrize("path", ["/class/?code=ABCDEF", "/class/ABCDEF/", "/class/ABCDEF/journey/"])
    def test_many_codes_of_no_class_are_refused_and_others_answered(self, client, limit, path):
        limit("code", address=2)
        assert [client.get(path).status_code for _ in range(3)] == [404, 404, 429]
        answer = client.get(path)
        assert "2 codes of no class in 1 hour is the most this site accepts" in answer.content.decode()
        assert int(answer["Retry-After"]) > 0
        assert client.get("/class/").status_code == 200

    def test_classes_are_started_up_to_the_limit(self, client, limit, catalog):
        limit("class", address=1)
        assert client.post("/class/start/", {"lesson": "economics"}).status_code == 302
        refused = client.post("/class/start/", {"lesson": "economics"})
        assert refused.status_code == 429 and "1 classes started in 1 hour" in refused.content.decode()
