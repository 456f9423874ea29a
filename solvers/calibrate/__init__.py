"""Fits the constants of a chip to measured times and power: `calibrate(text)`.

    table.py     CSV with units in header or cell → one record per row, or every error with its row and column
    table_header.py  the columns of its header, or every fault of it
    constants.py the constants of kernels and of power, and the measurement that tells each
    fit.py       least squares on the logarithm of predicted over measured, with intervals and leave-one-out errors
    fit_laws.py  the predictions of times and of power that are fitted
    prompt.py    the function for a Python prompt

Predictions are those of the serving and the parallelism wall, and of the law of power. SciPy, which
`mlsysweb[uncertainty]` installs, is imported at the first call.
"""

from solvers.callable_module import make_callable

make_callable(__name__, "prompt.calibrate")
