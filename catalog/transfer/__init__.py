"""Import and export of the catalog's tables as CSV, XLSX and JSON.

An import goes one way: `files` reads cells as text, `cells` turns them into values, `plan` compares them with the
table, and `apply` writes all of them or none. `export` writes what `files` reads back without a change.
"""
