"""Reads and writes whole tables as rows of JSON values, the same from every database Django supports."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field, Model

Table = type[Model]
Row = list[Any]
# Rows per statement: enough that the number of statements does not matter, few enough to hold in memory.
_BATCH = 200


def tables() -> list[Table]:
    """Return the models of all tables of the site, those of many-to-many relations included."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def label(table: Table) -> str:
    """Return the name of a table in a backup, such as `scenarios.version`."""
    return table._meta.label_lower


def columns(table: Table) -> list[str]:
    """Return the names of the columns of a table, in the order of its rows."""
    return [field.attname for field in table._meta.concrete_fields]


def count(table: Table, using: str) -> int:
    """Return the number of rows of a table."""
    return table._base_manager.using(using).count()


def migrations(using: str) -> list[str]:
    """Return the migrations the database has, such as `catalog.0001_initial`, sorted."""
    applied = MigrationRecorder(connections[using]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def rows(table: Table, using: str) -> Iterator[Row]:
    """Yield the rows of a table by primary key, each a list of values in the order of `columns`."""
    stored = table._base_manager.using(using).order_by("pk").values_list(*columns(table))
    yield from map(list, stored.iterator(chunk_size=_BATCH))


def json_value(value: Any) -> Any:
    """Return a value of a row that JSON has no type for as text, which the `to_python` of its field reads back."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"A value of type {type(value).__name__} cannot be stored in a backup.")


def insert(table: Table, values: Iterable[Row], using: str) -> None:
    """Insert rows of JSON values as they are: primary keys and automatic dates too. SQL rather than `bulk_create`,
    which would set automatic dates to today. Raise DatabaseError, ValueError or ValidationError for a bad row."""
    connection, fields = connections[using], list(table._meta.concrete_fields)
    quote = connection.ops.quote_name
    names, slots = ", ".join(quote(field.column) for field in fields), ", ".join("%s" for _ in fields)
    statement = f"INSERT INTO {quote(table._meta.db_table)} ({names}) VALUES ({slots})"
    remaining = iter(values)
    with connection.cursor() as cursor:
        while batch := [_stored(fields, row, connection) for row in islice(remaining, _BATCH)]:
            cursor.executemany(statement, batch)


def _stored(fields: Sequence[Field[Any, Any]], row: Row, connection: Any) -> Row:
    return [
        field.get_db_prep_save(field.to_python(value), connection) for field, value in zip(fields, row, strict=True)
    ]


def clear(using: str) -> None:
    """Delete the rows of all tables. In PostgreSQL other writers then wait for the end of the transaction, as in SQLite
    they do in any case."""
    connection = connections[using]
    names = [connection.ops.quote_name(table._meta.db_table) for table in tables()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
        for name in names:
            cursor.execute(f"DELETE FROM {name}")


def reset_sequences(using: str) -> None:
    """Let the database number new rows after those inserted with a primary key."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
