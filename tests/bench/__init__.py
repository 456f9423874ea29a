"""`make bench`: measures the performance of the site, beside mlsysim where it can do the same. Not part of the test
suite."""
