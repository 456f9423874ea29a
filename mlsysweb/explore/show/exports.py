"""The best configurations and the front as CSV and JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from mlsysweb.explore.find.columns import ResultColumn
from mlsysweb.show.results import spreadsheet
from solvers.search.run import Candidate, Outcome


def as_csv(rows: Sequence[Candidate], columns: Sequence[ResultColumn], front: frozenset[int]) -> str:
    """Return a line for each row, with figures in SI and units in the header."""
    head = [f"{c.key} ({c.unit})" if c.unit not in ("", "1") else c.key for c in columns]
    cells = ([*(c.read(row) for c in columns), row.number in front] for row in rows)
    return spreadsheet.as_csv([*head, "front"], cells)


def as_json(query: str, outcome: Outcome, rows: Sequence[Candidate], columns: Sequence[ResultColumn]) -> dict[str, Any]:
    """Return the question, the outcome, and the rows with the values of the inputs that each sets."""
    seen, front = outcome.seen, {each.number for each in outcome.front}
    return {
        "explore": query,
        "configurations": seen.count,
        "feasible": seen.feasible,
        "complete": outcome.complete,
        "constraints": [
            {
                "text": r.constraint.text,
                "failed": r.failed,
                "alone": r.alone,
                "unknown": r.unknown,
                "nearest": _known(r.nearest),
            }
            for r in outcome.reasons
        ],
        "columns": [{"name": c.key, "label": c.label, "unit": c.unit} for c in columns],
        "rows": [
            {
                "number": row.number,
                "front": row.number in front,
                "inputs": {n: _known(v) for n, v in row.inputs.items()},
                "values": {c.key: _known(c.read(row)) for c in columns if c.terms},
            }
            for row in rows
        ],
    }


def _known(value: Any) -> Any:
    """Return `value`; None for a number that JSON cannot represent."""
    return value if not isinstance(value, float) or math.isfinite(value) else None
