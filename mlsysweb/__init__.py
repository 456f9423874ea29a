"""The Django project. Each page is a package of its own: its view reads the query, calls `answer` and presents the
result. Pages do no computation."""
