"""A page in a folder of its own. `__main__` adds it to the site by one entry of the registry and uses it."""
