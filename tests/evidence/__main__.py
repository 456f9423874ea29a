"""`python -m tests.evidence` tells how far the laws and the walls are from what others measured; `--short` leaves out
the groups, `--record` keeps today's medians as the bounds of `test_bounds.py`, `--peer` asks mlsysim 0.1.1, too.
`--publish` writes what the accuracy page of the site shows, and nothing else."""

from __future__ import annotations

import sys

from . import bounds, peer, publish
from .everything import everything
from .report import lines

if "--publish" in sys.argv:
    publish.write()
    sys.exit()
short = "--short" in sys.argv
for judged in everything():
    for line in lines(judged, short):
        print(line)
if "--peer" in sys.argv:
    for judged in peer.serving():
        for line in lines(judged, short):
            print(line)
if "--record" in sys.argv:
    bounds.record()
