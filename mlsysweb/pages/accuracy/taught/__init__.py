"""Lessons of published measurements: each figure computed from the rows in `data/`, beside the prediction of a wall.

data/       copies of published figures, each row with its source and licence
figures.py  the measured figures
answer.py   the predictions, and the page
present.py  both in words
"""
