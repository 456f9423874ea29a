"""Which state the catalog is in: one row, read in one tiny query, tells every process whether its copy still holds."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from typing import Any

from django.db import connection, models, transaction

# The token as this thread's request first saw it: one query a request, and one catalog throughout it.
_request = threading.local()


class CatalogVersion(models.Model):
    """A token drawn anew with each change. Not a counter: after a rollback a counter would reach the same number again
    with other rows behind it."""

    ONLY = 1

    token = models.CharField(max_length=32)

    class Meta:
        verbose_name = "version of the catalog"
        db_table = "catalog_version"

    def __str__(self) -> str:
        return self.token

    @classmethod
    def now(cls) -> str:
        """The token of the catalog as it is; empty before the first change."""
        seen: str | None = getattr(_request, "token", None)
        if seen is None:
            seen = _token()
            _request.token = seen if getattr(_request, "open", False) else None
        return seen

    @classmethod
    def change(cls) -> None:
        """To be called after rows have changed and in their transaction: who sees the new token then sees the new
        rows."""
        new = CatalogVersion(pk=cls.ONLY, token=secrets.token_hex(16))
        CatalogVersion.objects.bulk_create([new], update_conflicts=True, unique_fields=["id"], update_fields=["token"])
        _request.token = None


def _token() -> str:
    # Asked in every request, and the ORM takes ten times as long to put the question.
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM catalog_version WHERE id = %s", [CatalogVersion.ONLY])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def request_opens(**_: Any) -> None:
    """Receives `request_started`."""
    _request.open, _request.token = True, None


def request_closes(**_: Any) -> None:
    """Receives `request_finished`."""
    _request.open, _request.token = False, None


def row_changed(**_: Any) -> None:
    """Receives `post_save` and `post_delete` of the catalog's rows."""
    CatalogVersion.change()


class RowQuerySet(models.QuerySet[Any]):
    """Changes of many rows at once send no signal, so they tell the version themselves."""

    def update(self, **values: Any) -> int:
        with transaction.atomic():
            changed = super().update(**values)
            CatalogVersion.change()
        return changed

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **options)
            CatalogVersion.change()
        return made
