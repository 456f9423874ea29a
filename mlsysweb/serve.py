"""The web server: `python -m mlsysweb.serve --port 8000`. This process listens and keeps its workers running; each
worker is a process of its own that answers with waitress, all from the one listening socket.

Why waitress: it receives a whole request before one of its threads sees it, and takes a whole answer from the thread
before the client has read it (to a temporary file when large). A client that sends or reads slowly therefore occupies
a socket, and never a thread. Granian and gunicorn's threads read the body and stream the answer inside the thread, so
as many slow clients as there are threads stop them. Gunicorn's gevent workers hold too, but one long computation stops
all others of its worker: at full load their p95 was three times as high. Waitress costs 4 to 11 % more CPU time a
request than granian; rate and p95 are the same within what can be measured.

Waitress has no process manager, hence the few lines here. A worker that dies is replaced; workers end with this
process, however it ends.
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured

from mlsysweb.balanced_server import OpenConnections, balanced_server
from mlsysweb.environment import METRICS_TOKEN, WORKERS

THREADS = 4
# Connections of one worker, slow and idle ones included, and seconds after which one without progress is closed.
CONNECTIONS, IDLE = 2000, 60
# Larger than the limit of any form of the site, so that the form's own error about size comes first.
LARGEST_BODY = 20_000_000
WAITRESS: dict[str, Any] = {
    "threads": THREADS,
    "connection_limit": CONNECTIONS,
    "asyncore_use_poll": True,  # select() cannot handle descriptors above 1023
    "channel_timeout": IDLE,
    "channel_request_lookahead": 1,  # above 0, a request's work can notice that its client has disconnected
    "cleanup_interval": IDLE // 2,
    "max_request_body_size": LARGEST_BODY,
    "inbuf_overflow": 2**16,  # larger bodies go to a temporary file
    "outbuf_high_watermark": 2**40,  # at which a thread waits for its client: never
    "clear_untrusted_proxy_headers": False,  # Django's settings decide which of them count
    "log_socket_errors": False,  # a client that disconnects is not logged
    "ident": None,
}
# Seconds between checks of the workers, and those a worker has to finish its responses when it is told to stop.
PAUSE, GRACE = 0.5, 10
# The exit code of a worker that could not load the site. It is not replaced: the next would not load it either.
NOT_LOADED = 3
# How many more objects there are when the collector looks for cycles: about those of one update. With Python's 700 it
# takes 3 % of the processor time.
GARBAGE = 20_000
METRICS_FOLDER = Path(__file__).resolve().parent.parent / "var/metrics"


def supervise(host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl+C. Exit with a message if the port is not available or the site cannot be loaded."""
    try:
        number_of_workers = WORKERS.whole(least=1)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    try:
        listener = socket.create_server((host, port), backlog=1024)
    except OSError:
        sys.exit(f"Port {port} is taken (or not allowed). Choose another: make serve PORT={port + 1}")
    for each in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: background jobs start with it ignored
        signal.signal(each, _exit)
    if METRICS_TOKEN.text():
        _share_metrics()
    counts = _connection_counts(number_of_workers)
    workers: list[subprocess.Popen[bytes]] = []
    try:
        workers += (_start(listener, counts, place) for place in range(number_of_workers))
        print(
            f"\n  The site:    http://{host}:{port}/\n  The catalog: http://{host}:{port}/admin/   "
            "(an account for it: make instructor, in another terminal)\n  To stop:     Ctrl+C\n",
            flush=True,
        )
        while True:
            time.sleep(PAUSE)
            for number, worker in enumerate(workers):
                code = worker.poll()
                if code not in (None, NOT_LOADED):
                    print(f"Worker {worker.pid} ended with {code}; starting another.", file=sys.stderr, flush=True)
                    workers[number] = _start(listener, counts, number)
            if all(worker.returncode == NOT_LOADED for worker in workers):
                sys.exit("The site could not be loaded; the reason is above.")
    finally:
        _stop(workers)


def _connection_counts(number_of_workers: int) -> int:
    """Return the descriptor of a file that ends with the last process that has it; see `balanced_server.py`. It is in
    memory where the system has such files: written on a full disk, a mapped file ends its process."""
    if hasattr(os, "memfd_create"):
        file = os.memfd_create("connections")
    else:
        file, path = tempfile.mkstemp()
        os.unlink(path)
    os.ftruncate(file, OpenConnections.WIDTH * number_of_workers)
    return file


def _share_metrics() -> None:
    """Name and empty the folder in which the workers count requests together. What is in it is of an earlier run."""
    folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(METRICS_FOLDER)))
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()


def _start(listener: socket.socket, counts: int, place: int) -> subprocess.Popen[bytes]:
    # Until it accepts it has as many connections as can be, so that the others need not wait for it.
    OpenConnections(counts, place).set(OpenConnections.MOST)
    files = [listener.fileno(), counts]
    command = [sys.executable, "-m", "mlsysweb.serve", "--worker", *map(str, (*files, place))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=files)


def _stop(workers: list[subprocess.Popen[bytes]]) -> None:
    for worker in workers:
        worker.terminate()
    end = time.monotonic() + GRACE
    for worker in workers:
        try:
            worker.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def work(file: int, counts: int, place: int) -> None:
    """Answer requests from the listening socket `file`, a descriptor, until SIGTERM or the end of standard input.
    `counts` is the file of open connections, in which this worker has the place `place`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the supervisor says when to stop
    signal.signal(signal.SIGTERM, _exit)
    threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 4 * CONNECTIONS  # a connection, its request and its response as files, and some spare
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough if most == resource.RLIM_INFINITY else min(enough, most), most))
    try:
        from mlsysweb.wsgi import application
    except Exception:
        traceback.print_exc()
        sys.exit(NOT_LOADED)
    # The loaded modules stay: the collector need not look at them again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    connections = OpenConnections(counts, place)
    balanced_server(application, socket.socket(fileno=file), connections, **WAITRESS).run()


def _end_with_the_supervisor() -> None:
    """End this process when the supervisor ends: only the supervisor holds the other end of standard input, which the
    kernel closes even if the supervisor is killed."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _exit(*_: object) -> NoReturn:
    sys.exit()


def main() -> None:
    """The command: `python -m mlsysweb.serve --port 8000`."""
    parser = argparse.ArgumentParser(prog="python -m mlsysweb.serve", description="Serve the site.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--worker", type=int, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker is None:
        supervise(options.host, options.port)
    else:
        work(*options.worker)


if __name__ == "__main__":
    main()
