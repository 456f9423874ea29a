"""Template filters for lists that every update repeats: all rows at once, in a tenth of the time that a template
takes."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol

from django.template import Library
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from mlsysweb.show.results.page import Card, FigureOrigin, Link, WorkingStep
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
    return f'<div class="row"><dt>{terms(card.label)}</dt><dd>{_traced(card)}</dd>{told}</div>'


def _traced(card: Card) -> str:
    """Return the value, with a link to its equation or to the figure of the catalog that it repeats."""
    value = escape(units(card.value))
    if card.equation:
        return f'<a class="to-equation" href="#{escape(card.equation)}" title="Its equation">{value}</a>'
    if card.figure:
        return f'<a class="to-equation" href="{_catalog(card.figure)}" title="A figure of the catalog">{value}</a>'
    return value


def _catalog(path: str) -> str:
    return escape(reverse("catalog:catalog") + path)


@register.filter
def working_steps(steps: Iterable[WorkingStep]) -> SafeString:
    """Return the steps of a calculation as items of an `ol`; their formulae are MathML already."""
    return mark_safe("\n".join(map(_step, steps)))


def _step(step: WorkingStep) -> str:
    anchor = f' id="{escape(step.anchor)}"' if step.anchor else ""
    read = "".join(f"<li>{_origin(figure)}</li>" for figure in step.figures)
    figures = f'<ul class="step-figures" aria-label="Figures from the catalog">{read}</ul>' if read else ""
    return (
        f'<li class="step"{anchor}><span>{escape(step.label)}</span>'
        f'<div class="math">{step.symbols} <span>=</span> {step.numbers}</div>'
        f'<span class="value">= {escape(units(step.value))}</span>{figures}</li>'
    )


def _origin(figure: FigureOrigin) -> str:
    """Return a figure of a row by name, with a link to its line on the page of the row, and how it was obtained: an
    unknown origin is no unknown figure."""
    label = escape(figure.label)
    linked = f'<a href="{_catalog(figure.path)}">{label}</a>' if figure.path else label
    return f"{linked} of {escape(figure.row)} (origin: {escape(figure.origin)})"
