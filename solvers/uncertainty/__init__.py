"""How uncertain an answer is when some of its inputs are known as a range only: `uncertainty(serving, {...})`.

    ranges.py    text such as `8..32`, `±20 %`, `1 ms..10 ms log` → a range of an input in SI
    sobol.py     points of a scrambled Sobol sequence, and the sensitivity indices of what is computed at them
    sample.py    one vectorised call of a wall at all points → bands, indices, verdicts, rankings
    bands.py     the records of the result
    prompt.py    the function for a Python prompt

Sampling belongs here; formatting and charts are the site's. SciPy, which `mlsysweb[uncertainty]` installs, is
imported at the first call: it takes about a second and 75 MB of memory.
"""

from solvers.callable_module import make_callable

make_callable(__name__, "prompt.uncertainty")
