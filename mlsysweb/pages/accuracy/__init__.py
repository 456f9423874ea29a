"""How far the predictions of this site are from published measurements, by kind, chip, precision and source."""
