import os
import socket
import tempfile
import time

import pytest

from mlsysweb.balanced_server import OpenConnections
from tests.mlsysweb.test_serve import workers_of
from tests.served import Site

BROWSERS = 80


@pytest.fixture
def counts():
    with tempfile.TemporaryFile() as file:
        file.truncate(3 * OpenConnections.WIDTH)
        yield [OpenConnections(file.fileno(), place) for place in range(3)]


@pytest.mark.parametrize(
    ("open_connections", "waits"), [((50, 50, 50), 0), ((52, 50, 60), 0), ((57, 50, 60), 0.005), ((900, 0, 0), 0.02)]
)
def test_a_worker_waits_the_longer_the_more_connections_it_has_above_the_least(counts, open_connections, waits):
    for each, number in zip(counts, open_connections, strict=True):
        each.set(number)
    assert counts[0].wait() == pytest.approx(waits)


def test_no_worker_waits_for_one_that_is_not_accepting_yet(counts):
    for each, number in zip(counts, (40, OpenConnections.MOST, 40), strict=True):
        each.set(number)
    assert [each.wait() for each in counts] == [0, 0.02, 0]


def sockets_of(worker):
    files = f"/proc/{worker}/fd"
    return sum(os.readlink(f"{files}/{file}").startswith("socket:") for file in os.listdir(files)) - 1


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs Linux's /proc")
def test_browsers_that_come_at_once_are_spread_over_the_workers(tmp_path, monkeypatch):
    monkeypatch.setenv("MLSYSWEB_WORKERS", "2")
    site = Site(f"sqlite:///{tmp_path / 'db.sqlite3'}")
    try:
        clients = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(BROWSERS)]
        workers, end = workers_of(site.process.pid), time.monotonic() + 30
        while sum(map(sockets_of, workers)) < BROWSERS and time.monotonic() < end:
            time.sleep(0.1)
        shares = [sockets_of(worker) for worker in workers]
        for client in clients:
            client.close()
    finally:
        site.kill()
    assert sum(shares) >= BROWSERS
    assert max(shares) - min(shares) <= BROWSERS // 5
