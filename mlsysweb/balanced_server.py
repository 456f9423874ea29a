"""The server of one worker, which takes no more connections than the other workers do.

All workers accept from one listening socket, and which of them is first is chance: of 200 browsers that came at once
one worker took 118, and under load 180 of 310. Browsers keep their connection, so that for a whole lecture one core
would be full while the other had time. Each worker writes how many connections it has open into a table in memory that
all share, and one that has more than another leaves that one a moment to accept first. It is never more than a moment:
a worker that is stuck or being replaced keeps no browser from being answered.
"""

from __future__ import annotations

import mmap
import time
from typing import Any

from waitress.server import TcpWSGIServer

# Connections more than another worker's that are of no account, and seconds to wait for each one above them.
_SLACK, _WAIT_EACH, _LONGEST_WAIT = 2, 0.001, 0.02


class OpenConnections:
    """The number of open connections of each worker, in `file`, a descriptor of a file that the workers share; `own` is
    the place of this worker in it, from 0."""

    WIDTH, MOST = 4, 2**31  # bytes of a count, and a count that none reaches

    def __init__(self, file: int, own: int) -> None:
        self._counts, self._own = memoryview(mmap.mmap(file, 0)).cast("I"), own

    def set(self, count: int) -> None:
        """Tell the other workers how many connections this one has."""
        self._counts[self._own] = count

    def wait(self) -> float:
        """Return the seconds that this worker leaves to others before it accepts; 0 where none has fewer
        connections."""
        excess = self._counts[self._own] - min(self._counts) - _SLACK
        return min(max(excess, 0) * _WAIT_EACH, _LONGEST_WAIT)


class BalancedServer(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """Waitress's server with an even share of the connections."""

    connections: OpenConnections

    def readable(self) -> bool:
        """Return whether to accept, as waitress decides it; it asks before each wait for events."""
        self.connections.set(len(self.active_channels))
        return bool(super().readable())

    def handle_accept(self) -> None:
        """Accept a connection that another worker has not taken meanwhile."""
        if wait := self.connections.wait():
            time.sleep(wait)
        super().handle_accept()


def balanced_server(application: Any, listener: Any, connections: OpenConnections, **options: Any) -> BalancedServer:
    """Return a server that accepts from `listener`, which is listening already; `options` are those of waitress."""
    address = (listener.family, listener.type, listener.proto, listener.getsockname())
    server = BalancedServer(application, _start=False, _sock=listener, bind_socket=False, sockinfo=address, **options)
    server.connections = connections
    server.accept_connections()
    return server
