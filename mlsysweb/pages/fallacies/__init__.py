"""Every claim the walls refute on one page, for reading or, in a lecture, for guessing first. What belongs here
gathers and groups them; how one is worked out and worded is `results/fallacies.py`."""
