"""Acknowledged saves survive a server killed while saving, on SQLite and on PostgreSQL."""

import threading
import time
from http.client import HTTPException

import pytest

from tests.postgresql import postgresql
from tests.served import Site

WRITERS = 6


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, tmp_path_factory):
    if request.param == "sqlite":
        served = Site(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'db.sqlite3'}")
        yield served
        served.kill()
    else:
        with postgresql() as url:
            served = Site(url)
            yield served
            served.kill()


def test_a_server_killed_in_the_middle_of_saves_loses_none_it_acknowledged(site):
    acknowledged, over = [], threading.Event()

    def write(k):
        while not over.is_set():
            try:
                acknowledged.append(site.save(f"/walls/roofline/?batch_size={k + 1}"))
            except (OSError, HTTPException):
                return

    writers = [threading.Thread(target=write, args=(k,)) for k in range(WRITERS)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + 60
    while len(acknowledged) < 40 and time.monotonic() < end:
        time.sleep(0.02)
    site.kill()
    over.set()
    for writer in writers:
        writer.join()
    assert len(acknowledged) >= 40
    assert set(acknowledged) <= site.saved()
    site.start()
    assert site.get(acknowledged[-1])[0] == 200
