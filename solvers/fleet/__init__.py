"""Walls of many machines at once: collectives, training memory, parallelism, reliability, the queue of a cluster.

One wall is one file with one solver of the file's name; copy `collectives.py`. The parts of a
training step are in `laws`, because no wall imports another.
"""
