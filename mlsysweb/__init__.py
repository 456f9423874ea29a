"""The Django project: its pages, one folder each. A page reads, asks `answer`, presents; it never computes."""
