"""The web server as `make serve` starts it: slow clients, dead workers, stopping."""

import contextlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException

import pyarrow.parquet as pq
import pytest

from mlsysweb.serve import THREADS
from tests.mlsysweb.explore.questions import question
from tests.served import ROOT, Site, free_port, serve

CLIENTS = 12
PATIENCE = 30  # seconds until a client gives up; generous, for a busy machine
# About 5 MB: more than the buffers of a socket hold, and a third of the work that one request may do.
DOWNLOAD_ROWS = 300_000


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    served = Site(f"sqlite:///{tmp_path_factory.mktemp('served') / 'db.sqlite3'}")
    yield served
    served.kill()


@pytest.fixture
def connect(site):
    """Return a function that opens sockets to the site; they are closed at the end of the test. `receive` limits what
    the client buffers unread."""
    opened = []

    def connect(receive=None):
        client = socket.socket()
        opened.append(client)
        client.settimeout(PATIENCE)
        if receive:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        client.connect(("127.0.0.1", site.port))
        return client

    yield connect
    for client in opened:
        client.close()


def download():
    """Return the path of a Parquet file of many megabytes."""
    asked = question(
        {
            "model": "llama-3-8b",
            "accelerator": "h100-sxm5-80gb",
            "batch_size": "1 to 1000",
            "efficiency": f"0.1 to 1 in {DOWNLOAD_ROWS // 1000} steps",
        }
    )
    return f"/explore/export/parquet/?{asked.query}"


def becomes(true):
    """Return whether `true()` becomes true within the timeout."""
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def answers(site):
    try:
        return site.get("/")[0] == 200
    except (OSError, HTTPException):
        return False


def workers_of(pid):
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(each) for each in told.split()]


def test_clients_that_do_not_send_their_body_hold_nobody_up(site, connect):
    for _ in range(CLIENTS):
        connect().sendall(
            b"POST /api/v1/solve/roofline HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nx"
        )
    assert [site.get("/")[0] for _ in range(4)] == [200] * 4


def test_clients_that_do_not_read_a_large_download_hold_nobody_up(site, connect):
    path = download()
    clients = [connect(receive=4096) for _ in range(CLIENTS)]
    for client in clients:  # one after the other, since only one such file is made at a time
        client.settimeout(10 * PATIENCE)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert client.recv(12) == b"HTTP/1.1 200"  # in the middle of its download
    assert [site.get("/")[0] for _ in range(4)] == [200] * 4


STREAMING = """
import socket
from waitress import create_server
from mlsysweb.serve import WAITRESS

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return (bytes(2**20) for _ in range(40)) if environ["PATH_INFO"] == "/large" else [b"small"]

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
create_server(application, sockets=[listener], **WAITRESS).run()
"""


LONG_WORK = """
import socket, time
from waitress import create_server
from mlsysweb.serve import WAITRESS

def application(environ, start_response):
    print("begun", flush=True)
    while not environ["waitress.client_disconnected"]():
        time.sleep(0.01)
    print("gone", flush=True)
    start_response("200 OK", [])
    return []

listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
create_server(application, sockets=[listener], **WAITRESS).run()
"""


def test_work_notices_that_its_client_has_disconnected():
    server = subprocess.Popen([sys.executable, "-c", LONG_WORK], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        client = socket.create_connection(("127.0.0.1", int(server.stdout.readline())), PATIENCE)
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert server.stdout.readline() == b"begun\n"  # a request whose client has gone before is not begun
        client.close()
        assert server.stdout.readline() == b"gone\n"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def test_an_answer_of_any_size_leaves_its_thread_unread():
    """A streamed response, larger than waitress buffers by default."""
    server = subprocess.Popen([sys.executable, "-c", STREAMING], cwd=ROOT, stdout=subprocess.PIPE)
    clients = []
    try:
        address = ("127.0.0.1", int(server.stdout.readline()))
        for path in (*["/large"] * THREADS, "/small"):
            clients.append(socket.create_connection(address, PATIENCE))
            clients[-1].sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert clients[-1].recv(12) == b"HTTP/1.1 200"
    finally:
        server.kill()
        server.communicate()
        for client in clients:
            client.close()


def test_a_large_download_arrives_whole(site):
    connection = HTTPConnection("127.0.0.1", site.port, timeout=10 * PATIENCE)
    connection.request("GET", download())
    content = connection.getresponse().read()
    connection.close()
    assert pq.read_metadata(io.BytesIO(content)).num_rows == DOWNLOAD_ROWS


def test_a_worker_that_dies_is_replaced(site):
    before = workers_of(site.process.pid)
    os.kill(before[0], signal.SIGKILL)
    assert becomes(lambda: answers(site))
    assert becomes(lambda: len(now := workers_of(site.process.pid)) == len(before) and before[0] not in now)


def test_the_site_comes_back_when_every_worker_dies(site):
    for worker in workers_of(site.process.pid):
        os.kill(worker, signal.SIGKILL)
    assert becomes(lambda: answers(site))


def test_a_body_larger_than_any_form_is_refused_before_it_is_sent(site, connect):
    client = connect()
    client.sendall(b"POST /s/import/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000000\r\n\r\n")
    assert client.recv(12) == b"HTTP/1.1 413"


class TestTheProcess:
    """The command itself: how it starts and ends."""

    @pytest.fixture
    def start(self, site):
        """Start another server on the same database; its remaining processes are killed at the end of the test."""
        started = []

        def start(port, **env):
            started.append(serve(port, site.env | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
            return started[-1]

        yield start
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    @pytest.mark.parametrize("to_stop", [signal.SIGTERM, signal.SIGINT])
    def test_stops_cleanly_with_its_workers(self, start, to_stop):
        port = free_port()
        process = start(port)
        answered(port)
        (os.killpg if to_stop == signal.SIGINT else os.kill)(process.pid, to_stop)  # Ctrl+C reaches the whole group
        said, complained = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        assert f"http://127.0.0.1:{port}/" in said.decode() and not complained
        assert bindable(port)

    def test_any_worker_tells_the_metrics_of_all_and_each_request_is_a_line_of_the_log(self, start, tmp_path):
        (tmp_path / "counter_1.db").write_bytes(b"of an earlier run")
        port, token = free_port(), {"Authorization": "Bearer a token"}
        process = start(
            port,
            MLSYSWEB_METRICS_TOKEN="a token",
            MLSYSWEB_ACCESS_LOG="1",
            PROMETHEUS_MULTIPROC_DIR=str(tmp_path),
        )
        answered(port)
        asked = 0

        def both_have_answered():
            nonlocal asked
            asked += fetched(port, "/about/")[0] == 200
            return len(list(tmp_path.glob("counter_*.db"))) == 2

        assert becomes(both_have_answered)
        counted = f'mlsysweb_requests_total{{page="about:about",status="200"}} {asked}.0'
        assert all(counted in fetched(port, "/metrics", token)[1].splitlines() for _ in range(6))
        process.terminate()
        said, _ = process.communicate(timeout=PATIENCE)
        assert len([line for line in said.decode().splitlines() if " GET /about/ 200 " in line]) == asked

    def test_workers_end_when_the_supervisor_is_killed(self, start):
        port = free_port()
        process = start(port)
        answered(port)
        process.kill()
        assert becomes(lambda: bindable(port))

    def test_a_taken_port_is_said_in_a_sentence(self, start, site):
        process = start(site.port)
        said, complained = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1 and not said
        assert complained.decode().startswith(f"Port {site.port} is taken") and "Traceback" not in complained.decode()

    def test_a_site_that_cannot_be_loaded_ends_with_the_reason(self, start):
        process = start(free_port(), DJANGO_SETTINGS_MODULE="no_such_settings")
        _, complained = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
        assert "no_such_settings" in complained.decode() and "could not be loaded" in complained.decode()

    def test_a_server_of_tests_that_are_cut_off_ends_with_them(self, site):
        port = free_port()
        tests = (
            "import os, sys, time; from tests.served import serve; serve(int(sys.argv[1]), os.environ); time.sleep(600)"
        )
        cut_off = subprocess.Popen(
            [sys.executable, "-c", tests, str(port)], cwd=ROOT, env=site.env, stdout=subprocess.DEVNULL
        )
        try:
            answered(port)
        finally:
            cut_off.kill()
            cut_off.wait()
        assert becomes(lambda: bindable(port))


def answered(port):
    """Wait for the first response of the server on this port."""

    def answers():
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    assert becomes(answers)


def fetched(port, path, headers=None):
    """Return status and text of an answer to a request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def bindable(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
