"""`make bench`: what the site costs, measured beside mlsysim where that can do the same. Nothing here is a test."""
