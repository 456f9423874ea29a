"""A database that is locked, full, read-only or gone: pages that need no new data are answered, the others and every
save say why not, and when to try again; never a 500."""

import sqlite3

import pytest
from django.db import DataError, InternalError, OperationalError, connection
from django.test import Client

from catalog.models import version
from mlsysweb.database_errors import database_problem
from mlsysweb.saved.scenarios import store
from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import save
from tests.postgresql import postgresql
from tests.served import Site

WALL = "/walls/roofline/"


def raised(run):
    """Return the exception of SQLite as Django raises it."""
    with pytest.raises(sqlite3.OperationalError) as caught:
        run()
    return OperationalError(*caught.value.args)


class TestTheErrorsOfSQLite:
    """The texts are SQLite's own."""

    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "db.sqlite3"

    @pytest.fixture
    def database(self, path):
        database = sqlite3.connect(path, timeout=0, isolation_level=None)
        database.execute("CREATE TABLE t (x)")
        return database

    def test_locked(self, database, path):
        sqlite3.connect(path, isolation_level=None).execute("BEGIN IMMEDIATE")
        problem = database_problem(raised(lambda: database.execute("INSERT INTO t VALUES (1)")))
        assert "busy" in problem.sentence and problem.seconds == 10 and problem.status == 503

    def test_read_only(self, database):
        database.execute("PRAGMA query_only=1")
        problem = database_problem(raised(lambda: database.execute("INSERT INTO t VALUES (1)")))
        assert "can be read but not changed" in problem.sentence

    def test_full(self, database):
        database.execute("PRAGMA max_page_count=2")
        problem = database_problem(raised(lambda: database.execute("INSERT INTO t VALUES (zeroblob(99999))")))
        assert "disk of this site is full" in problem.sentence

    def test_gone(self, path):
        problem = database_problem(raised(lambda: sqlite3.connect(path.parent / "no" / "db.sqlite3")))
        assert "cannot be reached" in problem.sentence

    def test_a_defect_is_none_of_these(self, database, monkeypatch):
        monkeypatch.setattr(connection, "vendor", "sqlite")
        assert database_problem(raised(lambda: database.execute("SELECT * FROM missing"))) is None
        assert database_problem(ValueError("database is locked")) is None and database_problem(None) is None


@pytest.fixture
def failing(monkeypatch):
    """Return a function that lets every save fail with an exception."""

    def fail(error):
        def created(*args):
            raise error

        monkeypatch.setattr("mlsysweb.saved.scenarios.views.created", created)

    return fail


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
class TestTheResponse:
    """Its format and its headers."""

    client = Client(raise_request_exception=False)

    def test_of_a_save_is_a_page_that_says_so(self, failing):
        failing(OperationalError("database is locked"))
        answer = self.client.post("/s/save/", {"page": WALL}, headers={"referer": f"http://testserver{WALL}"})
        page = answer.content.decode()
        assert answer.status_code == 503 and answer["Retry-After"] == "10"
        assert (
            "Nothing was saved. The database of this site is busy" in page and f'href="http://testserver{WALL}"' in page
        )

    def test_of_an_htmx_request_is_a_sentence(self, failing):
        failing(OperationalError("database or disk is full"))
        answer = self.client.post("/s/save/", {"page": WALL}, headers={"HX-Request": "true"})
        assert answer.status_code == 503 and answer["Content-Type"].startswith("text/plain")
        assert answer.content.decode().startswith("Nothing was saved. The disk of this site is full")

    def test_of_the_api_is_json(self, monkeypatch):
        def answer(*args):
            raise OperationalError("unable to open database file")

        monkeypatch.setattr("mlsysweb.api.operations.solving.answer", answer)
        told = self.client.get("/api/v1/solve/roofline")
        assert told.status_code == 503 and told["Retry-After"] == "60"
        assert "cannot be reached" in told.json()["error"]["message"]

    def test_of_text_that_postgresql_refuses_is_422(self, failing):
        failing(DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"))
        answer = self.client.post("/s/save/", {"page": WALL})
        assert answer.status_code == 422 and "cannot be stored" in answer.content.decode()

    def test_of_a_postgresql_that_is_read_only(self, failing):
        failing(InternalError("cannot execute INSERT in a read-only transaction"))
        assert "can be read but not changed" in self.client.post("/s/save/", {"page": WALL}).content.decode()

    def test_a_disk_that_is_nearly_full_is_refused_before_it_is(self, monkeypatch, settings):
        link = save(self.client)
        monkeypatch.setattr(store, "_free_bytes", lambda: settings.MIN_FREE_BYTES - 1)
        for path, given in (("/s/save/", {"page": WALL}), (f"{link}fork/", {}), (f"{link}v/1/recompute/", {})):
            answer = self.client.post(path, given)
            assert answer.status_code == 503 and answer["Retry-After"] == "600"
            assert "has 199 MB left, and 200 MB must stay free" in answer.content.decode()
        assert Scenario.objects.count() == 1 and self.client.get(link).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("catalog")
class TestPagesWithoutTheDatabase:
    """Tables that this process has read before are still shown."""

    @pytest.fixture
    def no_database(self, monkeypatch):
        """Return a function after which every query fails."""

        def stop():
            def refuse(*args, **kwargs):
                raise OperationalError("connection refused: unable to open database file")

            monkeypatch.setattr(connection, "cursor", refuse)

        return stop

    def test_a_wall_seen_before_is_answered_to_a_visitor_with_a_session_too(self, no_database):
        client = Client(raise_request_exception=False)
        link = save(client)
        client.get(f"{link}change/")  # the save form of the page then looks at the database
        client.get(WALL)
        no_database()
        assert client.get(WALL + "?batch_size=9").status_code == 200
        assert client.get("/api/v1/solve/roofline?batch_size=9").status_code == 200
        assert client.get(link).status_code == 503
        assert client.post("/s/save/", {"page": WALL}).status_code == 503

    def test_pages_that_need_none_are_answered_by_a_process_that_has_never_reached_it(self, no_database, monkeypatch):
        monkeypatch.setattr(version, "_last_read", [])
        no_database()
        client = Client(raise_request_exception=False)
        assert client.get("/glossary/").status_code == client.get("/about/privacy/").status_code == 200
        answer = client.get(WALL)
        assert answer.status_code == 503 and "cannot be reached" in answer.content.decode()


class TestServed:
    """The whole site, on a database that is locked or stopped."""

    def test_locked_sqlite(self, tmp_path):
        path = tmp_path / "db.sqlite3"
        site = Site(f"sqlite:///{path}")
        try:
            link = site.save(WALL)
            writer = sqlite3.connect(path, isolation_level=None)
            writer.execute("BEGIN IMMEDIATE")
            assert site.get(WALL)[0] == site.get(link)[0] == 200
            with pytest.raises(OSError, match="not saved: 503"):
                site.save(WALL)
            writer.execute("ROLLBACK")
            assert site.save(WALL)
        finally:
            site.kill()

    def test_stopped_postgresql(self):
        with postgresql() as url:
            site = Site(url)
            site.save(WALL)
            for _ in range(20):  # each worker reads the catalog once
                site.get(WALL)
        try:
            assert {site.get(f"{WALL}?batch_size={k}")[0] for k in range(1, 9)} == {200}
            assert site.get("/glossary/")[0] == 200
            status, page = site.get("/s/abcdefghjkmn/")
            assert status == 503 and "cannot be reached" in page
            with pytest.raises(OSError, match="not saved: 503"):
                site.save(WALL)
        finally:
            site.kill()
