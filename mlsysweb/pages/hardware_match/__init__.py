"""The hardware for a target: compares every chip of the catalog with it, and says how many of each it takes."""
