"""Walls of the algorithm: how much to train, how long to think, how few bits to keep.

One wall is one file with one solver of the file's name; copy `compression.py`. What a network is asked to do belongs
here; how fast a machine does it is `node`.
"""
