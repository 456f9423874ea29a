"""Walls of running it: money, carbon, checkpoints, privacy, and a battery where there is no socket.

One wall is one file with one solver of the file's name; copy `sustainability.py`. What a system costs whoever runs it
belongs here; how well it runs is `fleet`.
"""
