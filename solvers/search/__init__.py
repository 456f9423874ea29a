"""The design space: declare axes, objectives and constraints; look at every configuration; rank, and draw the front.

    search.py  `search(roofline, minimize="latency", batch_size=[…])` for a notebook; this package is called as it
    space.py   axes and their combinations, never held in memory all at once
    goals.py   `minimize: tco`, `latency < 50 ms`: read, with the place of a mistake
    front.py   who is beaten by nobody, and where the front bends
    run.py     boxes of configurations evaluated one after the other and merged

`batching`, `parallelism` and `placement` are questions put to it. What belongs here chooses among answers; what computes
one is a wall.
"""

from solvers.callable_module import make_callable

make_callable(__name__, "search.search")
