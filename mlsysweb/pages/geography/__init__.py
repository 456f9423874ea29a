"""The same job everywhere: what it emits, costs and drinks on every grid, and where to run it when carbon has a
price."""
