"""The design space: declare axes, objectives and constraints; evaluate and rank all configurations; find the front.

    search.py   `search(roofline, minimize="latency", batch_size=[…])`; the package itself is callable as this function
    space.py    axes and their combinations, never in memory all at once
    axes.py     axes from text: values, ranges, rows of the catalog
    layouts.py  the axis of all ways to divide devices over data, tensor, pipeline and context parallelism
    metrics.py  what can be optimized: metrics, objectives, constraints
    goals.py    parser of `minimize: tco`, `latency < 50 ms`; errors have a position
    front.py    the Pareto front and its knee
    run.py      boxes of configurations evaluated one after the other and merged

`placement` is an application. This package chooses among configurations; a wall computes one.
"""

from solvers.callable_module import make_callable

make_callable(__name__, "search.search")
