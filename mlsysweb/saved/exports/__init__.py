"""A saved scenario taken elsewhere: as figures, as code that finds them again, as a citation, on paper, in a frame.

One file a form, each a pure function of what was kept; `views.py` hands them out to whoever may see the scenario.
"""
