"""The operations of the API, a module for each group. Copy `tables.py` for a new group, and name it in `all.py`."""
