"""The paths of the catalog's tables and rows on this site, by the kind of spec they describe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.table_paths import TABLE_PATHS

__all__ = ["TABLE_PATHS", "figure_path", "row_path"]


def row_path(snapshot: Mapping[str, Any]) -> str:
    """Return the path of a row below that of the catalog, by its snapshot: `grids/france/`. Empty for a row without a
    slug and for a kind without a table."""
    table, slug = TABLE_PATHS.get(str(snapshot.get("kind"))), snapshot.get("slug")
    return f"{table}/{slug}/" if table and slug else ""


def figure_path(snapshot: Mapping[str, Any], column: str) -> str:
    """Return the path of a figure on the page of its row: `accelerators/h100-sxm5-80gb/#figure-tdp`; empty where the
    row has no page."""
    row = row_path(snapshot)
    return f"{row}#figure-{column}" if row else ""
