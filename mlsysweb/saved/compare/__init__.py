"""Compares saved scenarios: inputs, outputs and the causes of differences. Uses the stored results; only the
attribution of a difference is computed again, with the stored catalog rows."""
