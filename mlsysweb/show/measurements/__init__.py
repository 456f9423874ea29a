"""Published measurements beside the predictions of this site, as `make accuracy` recorded them. The figures are in
`measurements.csv`, where they were published in `sources.csv`; `tests/evidence` selects and computes them."""
