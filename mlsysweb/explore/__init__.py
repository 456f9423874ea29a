"""The design space: declare axes and goals, evaluate every configuration, and explore the results.

ask/   the question in a link, the search it describes, and the form
find/  searches within a request, and the details that the page shows
jobs/  searches too large for a request, run by a worker process
show/  presenters and exports
"""
