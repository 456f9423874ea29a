"""Template filters for lists that every update repeats: all rows at once, in a tenth of the time that a template
takes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from mlsysweb.show.results.page import Card, Link, WorkingStep
from mlsysweb.show.term_filter import terms
from mlsysweb.show.unit_filter import units

register = Library()


class HeadedRow(Protocol):
    """A row of a table with a heading, which may be a link, before its other cells."""

    @property
    def head(self) -> Link: ...
    @property
    def cells(self) -> tuple[str, ...]: ...


@register.filter
def table_rows(rows: Iterable[Iterable[str]]) -> SafeString:
    """Return rows of text as `tr` elements."""
    told = ("</td><td>".join(map(escape, map(units, row))) for row in rows)
    return mark_safe("\n".join(f"<tr><td>{cells}</td></tr>" for cells in told))


@register.filter
def headed_rows(rows: Iterable[HeadedRow]) -> SafeString:
    """Return rows as `tr` elements, each with its heading first."""
    return mark_safe("\n".join(f'<tr><th scope="row">{_link(row.head)}</th>{_cells(row.cells)}</tr>' for row in rows))


def _link(link: Link) -> str:
    words = escape(link.words)
    return f'<a href="{escape(link.url)}">{words}</a>' if link.url else words


def _cells(cells: Iterable[str]) -> str:
    return "".join(f"<td>{escape(units(cell))}</td>" for cell in cells)


@register.filter
def card_rows(cards: Iterable[Card]) -> SafeString:
    """Return outputs as rows of a `dl`: label, value and help."""
    return mark_safe("\n".join(map(_card_row, cards)))


def _card_row(card: Card) -> str:
    told = f'<dd class="help">{escape(card.help)}</dd>' if card.help else ""
    return f'<div class="row"><dt>{terms(card.label)}</dt><dd>{escape(units(card.value))}</dd>{told}</div>'


@register.filter
def working_steps(steps: Iterable[WorkingStep]) -> SafeString:
    """Return the steps of a calculation as items of an `ol`; their formulae are MathML already."""
    return mark_safe("\n".join(map(_step, steps)))


def _step(step: WorkingStep) -> str:
    return (
        f'<li class="step"><span>{escape(step.label)}</span>'
        f'<div class="math">{step.symbols} <span>=</span> {step.numbers}</div>'
        f'<span class="value">= {escape(units(step.value))}</span></li>'
    )
