"""The medians that were reached, so that no change loses them unseen."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from .everything import everything
from .figures import HERE
from .report import Error, errors

RECORDED = HERE / "bounds.csv"

# How much a median may grow: that of all rows of a quantity, and that of one group of them.
TOTAL, PART = 1.05, 1.10
# A group of fewer rows says too little of its own.
FEWEST_ROWS = 10
# Medians below this may move by as much as one of this size.
SMALLEST = 0.01


def current() -> Iterator[Error]:
    """Errors of the methods that are held to their bounds."""
    for judged in everything():
        for error in errors(judged):
            enough = error.group == "all" or error.rows >= FEWEST_ROWS
            if error.method in (*judged.bounded, "site") and enough:
                yield error


def record() -> None:
    """Keeps today's medians."""
    with RECORDED.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["quantity", "source", "group", "method", "rows", "median"])
        for e in current():
            writer.writerow([e.quantity, e.source, e.group, e.method, e.rows, f"{e.median:.4f}"])


def recorded() -> dict[tuple[str, str, str, str], tuple[int, float]]:
    """Rows and median by quantity, source, group and method."""
    with RECORDED.open(encoding="utf-8", newline="") as lines:
        return {
            (row["quantity"], row["source"], row["group"], row["method"]): (int(row["rows"]), float(row["median"]))
            for row in csv.DictReader(lines)
        }


def allowed(group: str, median: float) -> float:
    """The largest median that still passes where `median` was recorded."""
    return max(median, SMALLEST) * (TOTAL if group == "all" else PART)
