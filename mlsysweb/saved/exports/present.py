"""Stage 5: a scenario on a sheet or in a frame. Reads, never solves."""

from __future__ import annotations

from mlsysweb.registry import styles_of
from mlsysweb.show.results.page import ResultPage
from solvers.formatting import format_value

from .page import PrintPage
from .source import ExportSource


def print_page(kept: ExportSource, result: ResultPage | None) -> PrintPage:
    return PrintPage(
        title=kept.title,
        what=kept.what,
        when=kept.created.strftime("%-d %B %Y"),
        url=kept.url,
        asked=_asked(kept),
        result=result,
        shown=kept.raw.get("shown", "") if result is None else "",
        styles=styles_of(kept.solver) if result is None else "",
        facts=result.facts if result else (),
    )


def _asked(kept: ExportSource) -> tuple[tuple[str, str], ...]:
    """Every input of a wall, with its value; of another page what was typed."""
    if kept.result is None:
        return tuple((name, ", ".join(v) if isinstance(v, list) else str(v)) for name, v in kept.question.items())
    values = kept.result.values
    return tuple((values[name].label, format_value(values[name]) or "none") for name in kept.result.inputs)
