"""The version of the catalog: a table of one row. Each process compares it with that of its cached tables in one small
query."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable
from typing import Any

from django.db import InterfaceError, OperationalError, connection, models, transaction

from catalog.visible import visible_group

# The version as this thread's request first read it: one query per request, and one consistent catalog throughout.
_request = threading.local()
# The version that any thread of this process read last, if any.
_last_read: list[str] = []


class CatalogVersion(models.Model):
    """A random token, renewed at each change. Not a counter: after a rollback a counter would reach the same number
    again with different rows."""

    ONLY = 1

    token = models.CharField(max_length=32)

    class Meta:
        verbose_name = "version of the catalog"
        db_table = "catalog_version"

    def __str__(self) -> str:
        return self.token

    @classmethod
    def now(cls) -> str:
        """Return the version of the visible catalog, by which caches are keyed: the token of the shared one, and the
        group of the course whose rows are layered over it, so that no other course is answered from the cache."""
        group = visible_group()
        return cls.shared() if group is None else f"{cls.shared()}.{group}"

    @classmethod
    def shared(cls) -> str:
        """Return the current token; empty before the first change."""
        seen: str | None = getattr(_request, "token", None)
        if seen is None:
            seen = _token()
            _request.token = seen if getattr(_request, "open", False) else None
        return seen

    @classmethod
    def stored(cls) -> str:
        """Return the token that the database has at this moment, rather than as the request first read it."""
        return _token()

    @classmethod
    def change(cls) -> None:
        """Renew the token. Call it after rows have changed and in the same transaction, so that a reader of the new
        token sees the new rows."""
        new = CatalogVersion(pk=cls.ONLY, token=secrets.token_hex(16))
        CatalogVersion.objects.bulk_create([new], update_conflicts=True, unique_fields=["id"], update_fields=["token"])
        _request.token = None


def _token() -> str:
    """Return the token in the database. Where that cannot be reached, return the one this process read last, so that
    tables it holds are still shown; raise the error of the database if there is none."""
    # Raw SQL: this runs in every request, and the ORM takes ten times as long to build the query.
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT token FROM catalog_version WHERE id = %s", [CatalogVersion.ONLY])
            row = cursor.fetchone()
    except (OperationalError, InterfaceError):
        if _last_read:
            return _last_read[0]
        raise
    _last_read[:] = [str(row[0]) if row else ""]
    return _last_read[0]


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
    """A queryset whose bulk operations renew the version, since they send no signals."""

    def update(self, **values: Any) -> int:
        with transaction.atomic():
            changed = super().update(**values)
            CatalogVersion.change()
        return changed

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        with transaction.atomic():
            created = super().bulk_create(objs, *args, **options)
            CatalogVersion.change()
        return created
