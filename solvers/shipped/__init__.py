"""The shipped figures: chips, models, fabrics, grids and more, one CSV file per kind.

    reader.py   reads the lines of a file, figures in SI
    figures.py  the figures of a spec, from the columns of its line
    names.py    the names of a row, and suggestions for mistyped ones
    figure_sources.py  the sources of single figures, where they are not that of the row
    aliases.csv short names of rows (`h100_sxm`)

`find(Accelerator, "h100-sxm5-80gb")` is the spec of a row. The site's catalog loads the same files with the same
reader; edits made there are not visible here. No Django, no pint; files are read on first use.
"""

from __future__ import annotations

from .lookup import all_specs, find, named, names, python_names

__all__ = ["all_specs", "find", "named", "names", "python_names"]
