"""Walls of the way data takes: ingestion, transformation, locality.

One wall is one file with one solver of the file's name; copy `ingestion.py`. What is read, decoded and carried belongs
here; what the accelerators then do with it is `node`.
"""
