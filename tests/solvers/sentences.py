"""The sentences of a wall for inputs in SI, with slots not filled in."""

import numpy as np

from solvers.notebook.call import question
from solvers.solve import row


def says(wall, **values):
    """The verdict and the notes of `wall`, joined."""
    point = question(wall, values)
    with np.errstate(all="ignore"):
        outputs = row(wall, wall.function(point), 0)
    return " ".join((wall.verdict(point, outputs).text, *wall.notes(point, outputs)))
