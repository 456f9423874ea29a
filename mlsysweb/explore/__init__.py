"""The design space on one page: declare axes and goals, look at every configuration, read what it came to.

asked.py    a question as its link carries it, and the search it describes
finding.py  the search done in the request, or as far as its job has come
jobs.py     searches too large for a request: who runs them, fairly, and where they go on after a restart
"""
