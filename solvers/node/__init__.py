"""Walls of one machine: compute, memory, software, serving, batching, streaming, tail latency.

One wall is one file with one solver of the file's name; copy `roofline.py`. No wall imports another: what two
need lies in `laws`, what joins two in `pipeline`.
"""
