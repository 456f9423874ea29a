"""Backup, restore and transfer, rehearsed on SQLite and PostgreSQL with a site that goes on saving."""

import contextlib
import gzip
import json
import sqlite3
import threading
import time
from http.client import HTTPException

import pytest

from tests import management
from tests.postgresql import postgresql
from tests.served import Site

# Rows of every kind of column: dates with microseconds, JSON, bytes, references, relations, text that looks like code.
FILL = """
from datetime import UTC, datetime
from django.contrib.auth.models import User
from axes.models import AccessAttempt, AccessFailureLog
from catalog.models import Accelerator, CourseRow
from mlsysweb.api.models import ApiToken
from mlsysweb.classroom.models import ClassSession, Participant, Submission
from mlsysweb.courses.store import create_course
from mlsysweb.explore.models import Job
from mlsysweb.lti.models import Launch, Platform
from mlsysweb.saved.scenarios.models import Scenario, Tag, Version
user = User.objects.create_user("ada", password="a long one")
course = create_course(user, "Class", "of 2026")
rare_row = {"tdp": 0.1, "name": "é"}
CourseRow.objects.create(group=course.group, table="accelerator", slug="ours", own=True, values=rare_row)
ApiToken.make(user.pk, "notebook", ("read",), 30)
platform = Platform.objects.create(name="Moodle", issuer="https://moodle.example.edu", client_id="walls")
Launch.objects.create(platform=platform, claims={"user": "7"})
old = Scenario.objects.create(path="/walls/roofline/", solver="roofline", title="Ätna \\u2028 \\"{x}\\"", owner=user)
Scenario.objects.filter(pk=old.pk).update(created=datetime(2024, 2, 29, 1, 2, 3, 456789, UTC))
fork = Scenario.objects.create(path="/walls/roofline/", solver="roofline", title="fork", parent=old, session="visitor")
old.tags.add(Tag.objects.create(name="exam"), Tag.objects.create(name="week 3"))
rare = {"large": 10**30, "small": 1e-300, "exact": 0.1, "none": None, "text": "\\ud83d\\ude00"}
Version.objects.create(scenario=old, number=1, solver_version="1", question=rare, snapshot=[rare], result={}, said="x")
of = course.group
Job.objects.create(key="k", query="q", snapshot={}, size=2**62, seen=bytes(range(256)), seconds=1 / 3, group=of)
lesson = {"frames": [{"kind": "vote"}]}
given = ClassSession.objects.create(title="Lesson 1", lesson=lesson, owner=user, group=course.group)
student = Participant.objects.create(session=given, name="Grace", seat=0)
student.answers.create(frame="vote", round=1, value=[1, {"why": "é"}])
Submission.objects.create(participant=student, scenario=fork)
AccessAttempt.objects.create(username="ada", ip_address="2001:db8::1", failures_since_start=3)
AccessFailureLog.objects.create(username="ada", ip_address="192.0.2.7", locked_out=True)
row = Accelerator.objects.first()
row.note = "edited on this site"
row.figure_sources = {"tdp": {"method": "estimated", "source": "Ätna \\u2028 \\"{x}\\""}}
row.edited_at = datetime(2025, 1, 1, tzinfo=UTC)
row.save()
"""
# Everything that FILL wrote, as text; JSON with sorted keys, which PostgreSQL does not keep in order.
TELL = """
import json
from mlsysweb.operate.tables import json_value, label, rows, tables
for table in tables():
    if label(table) not in ("contenttypes.contenttype", "auth.permission"):
        for row in rows(table, "default"):
            print(label(table), json.dumps(row, default=json_value, sort_keys=True))
"""
# A row that the database numbers itself, after those of the backup.
ADD = "from mlsysweb.saved.scenarios.models import Tag; print(Tag.objects.create(name='after the restore').pk)"


class Database:
    """A migrated database of its own, reached through `manage.py` as an operator does."""

    def __init__(self, url, *, migrated=True):
        self.url = url
        if migrated:
            management.load(url)

    def manage(self, *arguments):
        return management.checked(self.url, *arguments)

    def refuses(self, *arguments):
        """Return the sentence with which a command refuses, having printed no traceback."""
        ran = management.run(self.url, *arguments)
        assert ran.returncode == 1 and not ran.stdout
        assert ran.stderr.startswith("CommandError: ") and len(ran.stderr.splitlines()) == 1
        return ran.stderr

    def shell(self, code):
        return self.manage("shell", "--no-imports", "-c", code)

    def tell(self):
        return self.shell(TELL).splitlines()

    def dump(self):
        """Return all that a SQLite database holds, without starting another process."""
        with contextlib.closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as connection:
            return list(connection.iterdump())


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    """Return a function that makes a new, loaded SQLite database."""
    return lambda: Database(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'db.sqlite3'}")


@pytest.fixture(scope="module")
def filled(sqlite, tmp_path_factory):
    """The rows of a SQLite database with rows of every kind, its backup, and itself."""
    database = sqlite()
    database.shell(FILL)
    path = tmp_path_factory.mktemp("backup") / "backup.gz"
    database.manage("backup", str(path))
    return database.tell(), path, database


@pytest.fixture(scope="module")
def postgres():
    """A function that makes a new, empty PostgreSQL database."""
    import psycopg

    with postgresql() as url:
        made = []

        def make():
            made.append(f"site{len(made)}")
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {made[-1]}")
            return url.replace("/postgres?", f"/{made[-1]}?")

        yield make


def test_what_was_backed_up_is_restored_to_the_last_digit(filled, sqlite):
    told, path, _ = filled
    other = sqlite()
    assert "Restored: " in other.manage("restore", str(path))
    assert other.tell() == told
    assert any("456789" in line for line in told) and any("exam" in line for line in told)


def test_the_backup_has_rows_of_every_app_that_has_tables(filled):
    told, _, database = filled
    held = {line.split(".")[0] for line in told}
    models = "from django.apps import apps; print(*{model._meta.app_label for model in apps.get_models()})"
    assert set(database.shell(models).split()) - held <= {"admin", "contenttypes", "sessions"}
    assert {"classroom", "axes", "scenarios", "explore", "catalog"} <= held


def test_the_settings_name_one_database_which_a_backup_holds_whole(settings):
    assert set(settings.DATABASES) == {"default"}


def test_a_backup_is_readable_by_its_owner_only_and_leaves_no_draft(filled):
    _, path, _ = filled
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_backup_of_sqlite_is_restored_in_postgresql_and_back(filled, sqlite, postgres, tmp_path):
    told, path, _ = filled
    server = Database(postgres())
    server.manage("restore", str(path))
    assert sorted(server.tell()) == sorted(told)
    server.manage("backup", str(tmp_path / "again.gz"))
    back = sqlite()
    back.manage("restore", str(tmp_path / "again.gz"))
    assert sorted(back.tell()) == sorted(told)
    assert int(server.shell(ADD)) == int(back.shell(ADD)) == 3


def test_transfer_copies_every_row_into_an_empty_postgresql(filled, postgres):
    told, _, database = filled
    url = postgres()
    assert "in both databases" in database.manage("transfer", url)
    server = Database(url, migrated=False)
    assert sorted(server.tell()) == sorted(told)
    assert int(server.shell(ADD)) == 3
    assert "is not empty" in database.refuses("transfer", url)


def test_transfer_to_what_is_no_database_is_refused(filled):
    _, _, database = filled
    assert "Nothing was transferred" in database.refuses("transfer", "nonsense")
    assert "Nothing was transferred" in database.refuses("transfer", "postgresql://nobody@127.0.0.1:1/none")


def test_a_database_that_holds_something_is_replaced_only_when_asked(filled):
    told, path, database = filled
    assert "2 of scenarios.scenario" in (said := database.refuses("restore", str(path))) and "--replace" in said
    added = database.shell(ADD).strip()
    assert database.tell() != told
    database.manage("restore", "--replace", str(path))
    assert database.tell() == told and added


@pytest.mark.parametrize("kind", ["cut off", "a byte changed", "a row removed", "another file", "empty", "not there"])
def test_a_damaged_backup_is_refused_and_nothing_changes(filled, tmp_path, kind):
    _, path, database = filled
    before = database.dump()
    content, damaged = path.read_bytes(), tmp_path / "damaged.gz"
    if kind == "cut off":
        damaged.write_bytes(content[: len(content) // 2])
    elif kind == "a byte changed":
        damaged.write_bytes(gzip.compress(gzip.decompress(content).replace(b"tna", b"tnb", 1)))
    elif kind == "a row removed":
        lines = gzip.decompress(content).splitlines(keepends=True)
        damaged.write_bytes(gzip.compress(b"".join(lines[:40] + lines[41:])))
    elif kind == "another file":
        damaged.write_bytes(gzip.compress(b'{"another": "file"}\n'))
    elif kind == "empty":
        damaged.write_bytes(b"")
    said = database.refuses("restore", "--replace", str(damaged))
    assert "damaged.gz" in said
    assert database.dump() == before


def rewritten(path, target, change):
    """Write a whole backup with lines changed, counts and digest as they then are."""
    import hashlib

    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    last = lines.pop()
    change(lines, last["counts"])
    text = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    last["sha256"] = hashlib.sha256(text).hexdigest()
    target.write_bytes(gzip.compress(text + json.dumps(last).encode()))
    return str(target)


def test_a_backup_of_another_schema_is_refused(filled, tmp_path):
    _, path, database = filled
    before = database.dump()

    def earlier(lines, counts):
        lines[0]["migrations"].remove("scenarios.0005_pages_as_data")

    def later(lines, counts):
        lines[0]["migrations"].append("scenarios.0099_later")

    def newer(lines, counts):
        lines[0]["version"] += 1

    assert "version 2 of the format" in database.refuses("restore", rewritten(path, tmp_path / "c", newer))
    assert "0005_pages_as_data" in database.refuses("restore", "--replace", rewritten(path, tmp_path / "a", earlier))
    assert "0099_later" in database.refuses("restore", "--replace", rewritten(path, tmp_path / "b", later))
    assert database.dump() == before


def test_a_row_that_cannot_be_stored_leaves_the_database_as_it_was(filled, tmp_path):
    _, path, database = filled
    before = database.dump()

    def orphaned(lines, counts):
        lines[:] = [line for line in lines if not (isinstance(line, list) and "fork" in line)]
        counts["scenarios.scenario"] -= 1
        place = next(
            k for k, line in enumerate(lines) if isinstance(line, dict) and line.get("table") == "scenarios.version"
        )
        lines[place + 1][1] = "no-such-scenario"

    def twice(lines, counts):
        place = next(
            k for k, line in enumerate(lines) if isinstance(line, dict) and line.get("table") == "scenarios.tag"
        )
        lines.insert(place + 1, lines[place + 1])
        counts["scenarios.tag"] += 1

    assert "leads to no row" in database.refuses("restore", "--replace", rewritten(path, tmp_path / "a", orphaned))
    assert "scenarios.tag" in database.refuses("restore", "--replace", rewritten(path, tmp_path / "b", twice))
    assert database.dump() == before


def test_a_backup_that_cannot_be_written_says_so(sqlite, tmp_path):
    assert "No backup was made" in sqlite().refuses("backup", str(tmp_path / "no folder" / "backup.gz"))


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, tmp_path):
    """A served site on each kind of database."""
    if request.param == "sqlite":
        served = Site(f"sqlite:///{tmp_path / 'db.sqlite3'}")
        yield served
        served.kill()
    else:
        with postgresql() as url:
            served = Site(url)
            yield served
            served.kill()


def test_a_backup_and_a_transfer_while_the_site_saves_hold_every_acknowledged_save(site, sqlite, postgres, tmp_path):
    acknowledged, failed, over = [], [], threading.Event()
    url = postgres() if site.env["DATABASE_URL"].startswith("sqlite") else None

    def write(k):
        while not over.is_set():
            try:
                acknowledged.append(site.save(f"/walls/roofline/?batch_size={k + 1}"))
            except (OSError, HTTPException) as error:
                failed.append(error)

    writers = [threading.Thread(target=write, args=(k,)) for k in range(3)]
    for writer in writers:
        writer.start()
    kept = []
    try:
        for k in range(2):
            end = time.monotonic() + 60
            while len(acknowledged) < 5 * (k + 1) and time.monotonic() < end:
                time.sleep(0.02)
            kept.append(set(acknowledged))
            site.manage("backup", str(tmp_path / f"{k}.gz"))
        if url:
            assert "in both databases" in site.manage("transfer", url)
    finally:
        over.set()
        for writer in writers:
            writer.join()
    assert not failed and len(acknowledged) > len(kept[1]) >= 10
    restored = sqlite()
    restored.manage("restore", str(tmp_path / "1.gz"))
    for copy in (restored, *([Database(url, migrated=False)] if url else [])):
        held = copy.shell(
            "from mlsysweb.saved.scenarios.models import Version; "
            "print(*Version.objects.values_list('scenario_id', flat=True))"
        )
        assert kept[1] <= {f"/s/{each}/" for each in held.split()} <= site.saved()
