"""Walls of one machine: compute, memory, software, serving, batching, streaming, tail latency.

One wall is one file with one solver of the file's name; copy `roofline.py`. No wall imports another: shared
formulas are in `laws`, connections in `pipeline`.
"""
