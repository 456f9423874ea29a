"""Answers questions to the catalog: reads tables and rows, and what a row's page shows beside the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from catalog.course_history import course_revisions
from catalog.fields import QuantityField
from catalog.models import Accelerator, CatalogRow, RowRevision
from catalog.models.history import revisions
from catalog.snapshot import snapshot
from catalog.table_cache import catalog_table
from catalog.visible import visible_group
from catalog.words import change_texts
from mlsysweb.answer import answer
from mlsysweb.show.results.page import Figure, Link
from mlsysweb.show.results.present import result_figures
from solvers.errors import InputError, InputErrors
from solvers.fields import Pick
from solvers.registry import solvers

from .columns import BrowsedTable
from .page import LinkGroup, PreviewPage, RowChange
from .present import CatalogUrls
from .present_row import Surroundings
from .question import PAGE, ROWS_PER_PAGE, TableQuestion, chosen, read_question
from .tables import MODELS

_MOST_CHANGES = 20
# Formats to draw a roofline in, and the model: a microcontroller holds no language model.
_FORMATS = ("fp16", "bf16", "fp8", "int8", "fp32", "int4")
_TINY_MODEL = "mlperf-tiny-kws-dscnn"
# The name of a row that is only typed.
_TYPED = "as-typed"


def urls(*, admin: str = "") -> CatalogUrls:
    """Return the addresses of the catalog's pages. `admin` is that of the forms, for staff."""
    return CatalogUrls(
        overview=reverse("catalog:catalog"),
        tables={path: reverse("catalog:table", args=[path]) for path in MODELS},
        csv={path: reverse("catalog:table_csv", args=[path]) for path in MODELS},
        json={path: reverse("catalog:table_json", args=[path]) for path in MODELS},
        row=reverse("catalog:row", args=["TABLE", "SLUG"]).replace("TABLE", "{table}").replace("SLUG", "{slug}"),
        admin=admin,
        more={"models": (Link("Model from config.json", reverse("model_config:model_config")),)},
    )


def asked(table: BrowsedTable, query: QueryDict) -> TableQuestion:
    """Return the question of a query string to a table. Raise InputErrors."""
    question = read_question(table, {name: [str(text) for text in texts] for name, texts in query.lists()})
    last = max(1, -(-len(chosen(question, table)) // ROWS_PER_PAGE))
    if question.page > last:
        raise InputErrors([InputError(PAGE, f"must be at most {last}; {question.page} is not.")])
    return question


def titles() -> Mapping[str, str]:
    """Return the title of every table by its path."""
    return {path: capfirst(str(model._meta.verbose_name_plural)) for path, model in MODELS.items()}


def surroundings(request: HttpRequest, path: str, row: CatalogRow, admin: str) -> Surroundings:
    """Return what the page of a row shows beside the row."""
    figure, undrawn = _roofline(row) if path == "accelerators" else (None, "")
    return Surroundings(
        walls=tuple(_walls(row)),
        used_by=tuple(_used_by(row)),
        history=tuple(_history(row)),
        figure=figure,
        undrawn=undrawn,
        address=request.build_absolute_uri(reverse("catalog:row", args=[path, row.slug])),
        csv=reverse("catalog:row_csv", args=[path, row.slug]),
        json=reverse("catalog:row_json", args=[path, row.slug]),
        reports_to=settings.CATALOG_REPORTS_TO,
        admin=admin,
        course_form=_course_form(request, path, row),
    )


def _course_form(request: HttpRequest, path: str, row: CatalogRow) -> Link | None:
    """Return the link to the form of the visible course, or of the only one that the visitor teaches; None for any
    other visitor."""
    if not isinstance(request.user, User):
        return None
    taught = dict(Group.objects.filter(course__instructor=request.user).values_list("pk", "course"))
    course = taught.get(visible_group() or 0) or (next(iter(taught.values())) if len(taught) == 1 else None)
    if course is None:
        return None
    words = "Edit for this course" if row.course is not None else "Change for this course"
    return Link(words, reverse("courses:catalog_row", args=[course, path, row.slug]))


def preview(data: QueryDict) -> PreviewPage:
    """Return the roofline of the figures typed into the admin's form of a chip beside that of its stored row. Nothing
    is saved; a figure that can't be read is left out, with the sentence that says why."""
    row, errors = Accelerator(name="As typed", slug=_TYPED, tier=data.get("tier", "")), []
    for field in Accelerator._meta.fields:
        if isinstance(field, QuantityField):
            try:
                setattr(row, field.name, field.formfield().clean(data.get(field.name, "")))
            except ValidationError as bad:
                errors += bad.messages
    stored = catalog_table(Accelerator.describes).by_name.get(data.get("slug", ""))
    beside = stored.slug if stored is not None else ""
    figure, undrawn = _roofline(row, {"accelerator": snapshot(row, row.spec())}, beside)
    return PreviewPage(data.get("name", "").strip() or "New accelerator", tuple(errors), figure, undrawn)


def _roofline(row: Any, kept: Mapping[str, Any] | None = None, beside: str = "") -> tuple[Figure | None, str]:
    """Return the roofline of a chip with the model that suits its size, and that of the row `beside` it; or None and
    the sentence that says why not. `kept` is the snapshot of a row that the catalog does not have."""
    model = {"model": _TINY_MODEL} if row.tier == "tiny" else {}
    known = [form for form in _FORMATS if getattr(row, f"peak_{form}") is not None]
    question = {"accelerator": row.slug, **model, **({"precision": known[0]} if known else {})}
    question |= {"also": beside} if beside else {}
    try:
        drawn = result_figures(answer(solvers()["roofline"], question, kept))
    except InputErrors as bad:
        return None, f"No roofline: {' '.join(f'{error.field} {error.sentence}' for error in bad.errors)}"
    figure = next((figure for figure in drawn if figure.id.startswith("roofline")), None)
    return figure, "" if figure else "No roofline: too few of its figures are known."


def _walls(row: CatalogRow) -> Iterator[Link]:
    """Yield the solvers that take a row of this table, each with this one picked."""
    for name, solver in solvers().items():
        pick = next((n for n, io in solver.inputs.items() if isinstance(io, Pick) and io.kind is row.describes), "")
        if pick and not row.archived:
            yield Link(solver.title, f"{reverse('walls:wall', args=[name])}?{pick}={row.slug}")


def _used_by(row: CatalogRow) -> Iterator[LinkGroup]:
    """Yield the rows that name this one, also through another row, and the worked examples that pick it."""
    for path, model in MODELS.items():
        links = tuple(
            Link(each.name, reverse("catalog:row", args=[path, each.slug]))
            for each in catalog_table(model.describes).offered
            if _names(each, row)
        )
        if links:
            yield LinkGroup(capfirst(str(model._meta.verbose_name_plural)), links)
    if examples := tuple(_examples(row)):
        yield LinkGroup("Worked examples", examples)


def _names(each: CatalogRow, row: CatalogRow) -> bool:
    """Return whether a row holds another as one of its parts, however deep, or as the grid it draws from."""
    related = {**each.parts(), **({"grid": getattr(each, "grid")} if hasattr(each, "grid") else {})}  # noqa: B009
    return any(part == row or _names(part, row) for part in related.values() if part is not None)


def _examples(row: CatalogRow) -> Iterator[Link]:
    for name, solver in solvers().items():
        for preset in solver.presets:
            picked = any(
                isinstance(io := solver.inputs.get(field), Pick) and io.kind is row.describes and text == row.slug
                for field, text in preset.values.items()
            )
            if picked:
                query = QueryDict(mutable=True)
                query.update({field: str(text) for field, text in preset.values.items()})
                url = f"{reverse('walls:wall', args=[name])}?{query.urlencode()}"
                yield Link(f"{solver.title}: {preset.name}", url)


def _changes(row: CatalogRow, recorded: QuerySet[RowRevision], where: str) -> Iterator[RowChange]:
    for revision in recorded.exclude(action=RowRevision.Action.LOADED)[:_MOST_CHANGES]:
        changes = (
            f"{label}: {old} → {new}"
            for name, (before, after) in revision.changes.items()
            if name != "note"
            for label, old, new in change_texts(type(row), name, before, after)
        )
        what, action = "; ".join(changes), f"{where}{revision.get_action_display()}."
        yield RowChange(f"{revision.created:%Y-%m-%d}", f"{action} {what}." if what else action)


def _history(row: CatalogRow) -> Iterator[RowChange]:
    """Yield the changes of a row on this site, the latest first: when and what, not by whom. A reason may name people,
    so it stays with the editors."""
    group = visible_group()
    if group is not None and row.course is not None:
        yield from _changes(row, course_revisions(group, type(row), (row.slug, *row.former_slugs)), "This course: ")
    yield from _changes(row, revisions(row), "")
    began = "Added to the course." if row.course is not None and row.course.own else "Loaded into this site."
    yield RowChange(f"{row.created_at:%Y-%m-%d}", began)
