"""Measures the site under load (`make load`) and one update of every page (`make updates`). Not part of the test
suite."""
