"""All fallacies that the walls refute on one page, to read or to guess first in a lecture. This package groups them;
`show/results/fallacies.py` evaluates and words them."""
