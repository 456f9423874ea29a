"""The uses of a row of the catalog. Rows of the catalog itself are counted here; saved scenarios and lessons, which lie
above it, add their own finders to `FINDERS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import ForeignKey
from django.http import HttpRequest
from django.urls import reverse

from .models import TABLES, CatalogRow


@dataclass(frozen=True)
class Uses:
    """The things of one kind that use a row: how many there are, and a label and address of each that the user may
    see."""

    one: str
    many: str
    count: int
    links: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.count} {self.one if self.count == 1 else self.many}"

    @property
    def unseen(self) -> int:
        """Return how many there are that the user may not see."""
        return self.count - len(self.links)


Finder = Callable[[HttpRequest, CatalogRow], Iterator[Uses]]


def used_by(request: HttpRequest, row: CatalogRow) -> tuple[Uses, ...]:
    """Return the uses of a row by kind; kinds without any are left out."""
    return tuple(uses for finder in FINDERS for uses in finder(request, row) if uses.count)


def uses_text(uses: tuple[Uses, ...]) -> str:
    """Return uses in words: `6 nodes and 2 saved scenarios`; empty where there are none."""
    words = [str(each) for each in uses]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _catalog_rows(request: HttpRequest, row: CatalogRow) -> Iterator[Uses]:
    """Yield the rows that point at this one, and those that point at them."""
    reached: list[CatalogRow] = [row]
    for table in TABLES:
        pointers = [field for field in table._meta.fields if isinstance(field, ForeignKey)]
        found = [
            each
            for each in (table.objects.select_related(*table.needs) if pointers else ())
            if any(getattr(each, field.name) in reached for field in pointers) and each not in reached
        ]
        reached += found
        name = table._meta.model_name
        see = request.user.has_perm(f"catalog.view_{name}") or request.user.has_perm(f"catalog.change_{name}")
        links = tuple((str(each), reverse(f"admin:catalog_{name}_change", args=[each.pk])) for each in found)
        words = str(table._meta.verbose_name), str(table._meta.verbose_name_plural)
        yield Uses(*words, len(found), links if see else ())


FINDERS: list[Finder] = [_catalog_rows]
