"""Published measurements beside the predictions of this site, as `make accuracy` recorded them: the figures in
`measurements.csv`, what further walls predict for them in `by_wall.csv`, where they were published in `sources.csv`,
the sizes of the models in `models.csv`. They are selected and computed by `tests/evidence`."""
