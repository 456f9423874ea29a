"""One job in every place: its emissions, cost and water on every grid, and where to run it at a given price of
carbon."""
