"""The base class of catalog rows: a name, the source of the figures, and the spec that solvers compute with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower

from catalog.course_origin import CourseOrigin
from catalog.figure_sources import FIGURE_SOURCES, FigureSourcesField, figure_columns
from solvers.shipped.figure_sources import EDITED
from solvers.shipped.figures import figures
from solvers.specs import parts

from .history import keep_former_slug, record_change, record_deletion, stored_values
from .version import RowQuerySet

# Dots are allowed, as in `qwen2.5-7b`. Django's SlugField allows none.
_slug = RegexValidator(r"\A[a-z0-9]+([.-][a-z0-9]+)*\Z", "Small letters, digits, and single hyphens or dots between.")
_date = RegexValidator(
    r"\A(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?\Z", "A year, a month (2026-10) or a day (2026-10-31)."
)

_EDITED = {
    "method": EDITED,
    "source": "Edited on this site",
    "note": "The source of the row states another value. The history of the row has the edit and its reason.",
}


class CatalogRow(models.Model):
    """A row of the catalog. Columns named like figures of the spec it `describes` hold these figures."""

    describes: ClassVar[type[Any]]
    # The column or property that pickers group rows by.
    grouped_by: ClassVar[str]
    # The related rows that `spec()` needs, fetched in the same query.
    needs: ClassVar[tuple[str, ...]] = ()
    # Where the row, or some of its figures, belong to a course; see `catalog/layers.py`.
    course: CourseOrigin | None = None

    class Verified(models.TextChoices):
        YES = "yes", "yes: the sources named were read"
        PARTLY = "partly", "partly: the note says which figures are recalled or assumed"
        NO = "no", "no: recalled from the document named"
        CONVENTION = "convention", "convention: a teaching value"

    slug = models.CharField(
        max_length=60, unique=True, validators=[_slug], help_text="The name in links and on the command line."
    )
    name = models.CharField(max_length=100)
    source = models.CharField(max_length=200, help_text="Who says so: paper, data sheet, table, measurement.")
    source_url = models.URLField("source URL", max_length=300, blank=True)
    source_date = models.CharField(max_length=10, validators=[_date], help_text="When the source said so: 2026-10.")
    note = models.TextField(blank=True, help_text="What a reader should know: doubts, other values, conversions.")
    figure_sources = FigureSourcesField(
        help_text="For figures that the source above does not state, or states in another way: an estimate, "
        "another data sheet, a price. What is left empty is as for the row."
    )
    verified = models.CharField(max_length=10, choices=Verified.choices, default=Verified.NO)
    archived = models.BooleanField(
        default=False,
        help_text="Hidden from pickers; links to it still work. A shipped row that is deleted comes back with the "
        "next load, an archived one stays away.",
    )
    edited_at = models.DateTimeField(
        "edited", null=True, blank=True, editable=False, help_text="Loading never overwrites an edited figure."
    )
    overrides = models.JSONField(
        default=list, editable=False, help_text="Columns edited on this site, which loading leaves as they are."
    )
    former_slugs = models.JSONField(default=list, editable=False, help_text="Slugs it had before; they still find it.")
    created_at = models.DateTimeField("created", auto_now_add=True)
    updated_at = models.DateTimeField("updated", auto_now=True)

    objects = RowQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="%(class)s_name_once",
                violation_error_message="There is a row of this name; pickers take names, so each must be one thing.",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row and its revision, and keep the slug it had before as one that finds it. Raise ValueError for a
        row as a course sees it, which does not belong in the shared catalog."""
        if self.course is not None:
            raise ValueError(f"{self} is a row as the course {self.course.course} sees it.")
        # In one transaction with the version that the signal renews.
        with transaction.atomic():
            before = stored_values(self)
            keep_former_slug(self, before)
            super().save(*args, **kwargs)
            record_change(self, before)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row and keep its last state in the history."""
        with transaction.atomic():
            record_deletion(self)
            return super().delete(*args, **kwargs)

    @property
    def label(self) -> str:
        """Return the name as pickers show it, which says of a chip that is only announced that it is."""
        return f"{self.name} (announced)" if getattr(self, "announced", False) else self.name

    @property
    def group(self) -> str:
        """Return the heading that pickers list the row under."""
        chosen = getattr(self, f"get_{self.grouped_by}_display", None)
        return str(chosen() if chosen else getattr(self, self.grouped_by))

    @property
    def rank(self) -> tuple[int, str]:
        """Return the sort key of that heading: alphabetical, unless a table overrides it."""
        return 0, self.group.lower()

    def figures(self) -> dict[str, Any]:
        """Return the figures of the spec by name; None where unknown."""
        return figures(self.describes, self)

    def parts(self) -> dict[str, CatalogRow | None]:
        """The rows whose specs lie inside this row's, by the name they have there; None where none is known."""
        return {name: getattr(self, name, None) for name in parts(self.describes)}

    def spec(self) -> Any:
        """Return the spec. An unknown figure takes the default of the spec's field, mostly NaN."""
        known = {name: value for name, value in self.figures().items() if value is not None}
        inside = {name: row.spec() for name, row in self.parts().items() if row is not None}
        return self.describes(name=self.name, **known, **inside)

    def sources_of_figures(self) -> dict[str, dict[str, str]]:
        """Return the sources of those figures that the source of the row does not state. A figure that was edited on
        this site, while its source and that of the row were left as shipped, is stated by neither."""
        told = dict(self.figure_sources)
        if "source" not in self.overrides:
            stale = (name for name in self.overrides if f"{FIGURE_SOURCES}.{name}" not in self.overrides)
            told.update({name: dict(_EDITED) for name in stale if name in figure_columns(type(self))})
        return told

    def remarks(self) -> list[str]:
        """Return remarks on the row that are shown beside a result."""
        return []
