"""Walls of the algorithm: training compute, reasoning at inference time, compression.

One wall is one file with one solver of the file's name; copy `compression.py`. The amount of work
belongs here; how fast a machine does it is `node`.
"""
