"""Backs up a database while the site runs, restores it, and transfers it to another database."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dj_database_url
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

from catalog.models import TABLES
from mlsysweb.roles import ROLES

from .backup_file import BadBackup, Contents, Writer, check, read
from .tables import clear, columns, count, insert, label, migrations, reset_sequences, rows, tables

# The rows that `migrate` writes into a new database.
_OF_MIGRATE = {"contenttypes.contenttype", "auth.permission", "auth.group_permissions", "catalog.catalogversion"}
_COMPRESSION = 5


@contextmanager
def snapshot(using: str) -> Iterator[str]:
    """Give the alias of a further connection to the database whose reads all see it at the same moment, while others
    write. Neither waits for the other."""
    settings = connections[using].settings_dict
    if connections[using].vendor == "sqlite":
        # The settings say IMMEDIATE, which takes the write lock. In WAL mode a deferred one reads a snapshot.
        options = {**settings["OPTIONS"], "transaction_mode": "DEFERRED"}
    else:
        from psycopg import IsolationLevel

        options = {**settings["OPTIONS"], "isolation_level": IsolationLevel.REPEATABLE_READ}
    with _connected(f"{using}-snapshot", {**settings, "OPTIONS": options}) as alias, transaction.atomic(using=alias):
        yield alias


@contextmanager
def _connected(alias: str, settings: dict[str, object]) -> Iterator[str]:
    connections.databases[alias] = settings
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.databases[alias]


def backup(path: Path, using: str = DEFAULT_DB_ALIAS) -> Contents:
    """Write a backup to `path`, readable by this user only, and read it back. A file of that name is replaced once the
    new one is complete. Raise OSError if it cannot be written."""
    file, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 600
    try:
        with os.fdopen(file, "wb") as out:
            with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=_COMPRESSION) as packed:
                _write(packed, using)
            out.flush()
            os.fsync(out.fileno())
        contents = check(Path(draft))
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
    return contents


def _write(packed: gzip.GzipFile, using: str) -> None:
    writer = Writer(packed)
    with snapshot(using) as alias:
        writer.header(connections[alias].vendor, migrations(alias))
        for table in tables():
            writer.table(table, rows(table, alias))
        writer.end()


def restore(path: Path, using: str = DEFAULT_DB_ALIAS, replace: bool = False) -> Contents:
    """Replace the contents of a database by those of a backup, all or nothing. Raise BadBackup if the file is damaged
    or of another schema, or if the database holds something, unless `replace`."""
    contents = check(path)
    with transaction.atomic(using=using):
        _check_migrations(contents, using)
        if not replace and (held := occupied(using)):
            raise BadBackup(f"The database is not empty: it holds {held}. To replace all of it: --replace")
        clear(using)
        known = {label(table): table for table in tables()}
        for name, stored, values in read(path):
            if name not in known or stored != columns(known[name]):
                raise BadBackup(f"The columns of {name} in the backup are not those of this version of the site.")
            try:
                insert(known[name], values, using)
            except (DatabaseError, ValueError, ValidationError) as error:
                raise BadBackup(f"A row of {name} cannot be stored, so nothing was: {error}") from error
        _check_loaded(contents, using)
        reset_sequences(using)
    return contents


def _check_migrations(contents: Contents, using: str) -> None:
    """Raise BadBackup unless the database has exactly the migrations of the backup."""
    theirs, ours = set(contents.migrations), set(migrations(using))
    if missing := sorted(theirs - ours):
        raise BadBackup(
            f"The database lacks migrations that the backup has: {_first(missing)}. Run `manage.py migrate` with the "
            "version of the site that made the backup, then restore."
        )
    if further := sorted(ours - theirs):
        raise BadBackup(
            f"The backup is of an earlier version of the site, without {_first(further)}. Restore it with that "
            "version, then upgrade and run `manage.py migrate`."
        )


def _first(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _check_loaded(contents: Contents, using: str) -> None:
    """Raise BadBackup unless every table has as many rows as in the backup and every reference leads to a row."""
    for table in tables():
        found, meant = count(table, using), contents.counts.get(label(table), 0)
        if found != meant:
            raise BadBackup(f"{label(table)} would have {found} rows instead of {meant}. Nothing was restored.")
    try:
        connections[using].check_constraints()
    except DatabaseError as error:
        raise BadBackup(f"A reference leads to no row, so nothing was restored: {error}") from error


def occupied(using: str) -> str:
    """Return the tables with rows that `migrate` and `load_catalog` did not write, with their counts; else ''."""
    held = []
    for table in tables():
        if label(table) in _OF_MIGRATE:
            continue
        stored = table._base_manager.using(using)
        if table in TABLES:
            stored = stored.filter(edited_at__isnull=False)
        elif table is Group:
            stored = stored.exclude(name__in=ROLES)
        number = stored.count()
        if number:
            held.append(f"{number:,} {'edited ' if table in TABLES else ''}of {label(table)}")
    return ", ".join(held)


def transfer(url: str) -> Contents:
    """Copy the site's database into the one at `url`, which is migrated first and must be empty. Raise BadBackup."""
    target = connections.configure_settings(
        {DEFAULT_DB_ALIAS: {}, "target": {**dj_database_url.parse(url)}}  # a default must be there
    )["target"]
    with tempfile.TemporaryDirectory() as folder, _connected("target", target) as alias:
        path = Path(folder) / "transfer"
        backup(path)
        call_command("migrate", database=alias, verbosity=0)
        return restore(path, alias)
