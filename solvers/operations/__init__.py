"""Walls of operating a system: cost, carbon, checkpoints, privacy, and battery life.

One wall is one file with one solver of the file's name; copy `sustainability.py`. What a system costs its operator
belongs here; how well it runs is `fleet`.
"""
