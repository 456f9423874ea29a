"""The design space: declare axes, objectives and constraints; look at every configuration; rank, and draw the front.

    search.py   `search(roofline, minimize="latency", batch_size=[…])` for a notebook; this package is called as it
    space.py    axes and their combinations, never held in memory all at once
    axes.py     axes from text: values, ranges, rows of the catalog
    layouts.py  the axis of all ways to divide devices over data, tensor, pipeline and context parallelism
    metrics.py  what can be optimized: metrics, objectives, constraints
    goals.py    `minimize: tco`, `latency < 50 ms`: read, with the position of a mistake
    front.py    the Pareto front and its knee
    run.py      boxes of configurations evaluated one after the other and merged

`placement` is a question asked of it. This package chooses among configurations; a wall computes one.
"""

from solvers.callable_module import make_callable

make_callable(__name__, "search.search")
