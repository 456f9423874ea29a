"""Walls of many machines at once: collectives, training memory, parallelism, reliability, the queue of a cluster.

One wall is one file with one solver of the file's name; copy `collectives.py`. What a step of a fleet is made of lies
in `laws`, because no wall imports another.
"""
