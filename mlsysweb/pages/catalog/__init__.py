"""The public pages of the catalog: its tables, and every row with its figures and their source."""
