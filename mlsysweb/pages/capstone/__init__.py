"""The fleet design challenge: a brief, a design whose constraints are scored live, and the Pareto front once it is
submitted."""
