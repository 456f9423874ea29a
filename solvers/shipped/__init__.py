"""The figures that come with the project: chips, models, fabrics, grids and more, one CSV file a kind.

    reader.py   the lines of a file, their figures in SI
    figures.py  what a spec computes with, from the columns of its line
    names.py    by which names a person may call a row, and the nearest to one mistyped
    aliases.csv short names by which people call a row (`h100_sxm`)

`find(Accelerator, "h100-sxm5-80gb")` is the spec of a row. The site's catalog loads the same files by the same reader;
what an instructor edits there is the site's own and not here. No Django, no pint, and nothing is read before it is
asked for.
"""

from __future__ import annotations

from .lookup import all_specs, find, named, names, python_names

__all__ = ["all_specs", "find", "named", "names", "python_names"]
