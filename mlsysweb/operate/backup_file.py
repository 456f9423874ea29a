"""The format of a backup: lines of JSON, compressed with gzip, the same for every database.

1. the header: format, version, time, kind of database, and the migrations of the database
2. of each table a line with its name and columns, then a line per row: a list of values
3. the last line: the number of rows of each table, and the SHA-256 of all lines before it

A file that is cut off or changed in any byte is refused: it lacks the last line, or the digest does not match.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from gzip import GzipFile
from itertools import groupby
from pathlib import Path
from typing import Any

from .tables import Row, Table, columns, json_value, label

FORMAT, VERSION = "mlsysweb backup", 1


class BadBackup(Exception):
    """A backup that cannot be used; its text is a sentence for the operator."""


@dataclass(frozen=True)
class Contents:
    """The header of a backup, and the number of rows of each table by name."""

    created: str
    database: str
    migrations: list[str]
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """Return the number of rows of all tables."""
        return sum(self.counts.values())


@dataclass
class Writer:
    """Writes a backup, line by line, to a compressed file."""

    out: GzipFile
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256()

    def _line(self, value: Any) -> None:
        line = json.dumps(value, default=json_value, separators=(",", ":")).encode() + b"\n"
        self._digest.update(line)
        self.out.write(line)

    def header(self, database: str, migrations: list[str]) -> None:
        """Write the first line."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        said = {"created": created, "database": database, "migrations": migrations}
        self._line({"format": FORMAT, "version": VERSION, **said})

    def table(self, table: Table, rows: Iterator[Row]) -> None:
        """Write a table."""
        self._line({"table": label(table), "columns": columns(table)})
        written = 0
        for row in rows:
            self._line(row)
            written += 1
        self.counts[label(table)] = written

    def end(self) -> None:
        """Write the last line."""
        digest = self._digest.hexdigest()
        self._line({"counts": self.counts, "sha256": digest})


def check(path: Path) -> Contents:
    """Read a backup to its end and return what it holds. Raise BadBackup if it is damaged or no backup."""
    counts: dict[str, int] = {}
    said = _lines(path)
    header = next(said)
    table = ""
    for line in said:
        if isinstance(line, list):
            counts[table] += 1
        else:
            table = line["table"]
            counts[table] = 0
    return Contents(header["created"], header["database"], header["migrations"], counts)


def read(path: Path) -> Iterator[tuple[str, list[str], Iterator[Row]]]:
    """Yield the name, the columns and the rows of each table that has rows. The rows are read while the caller
    iterates. Raise BadBackup, at the latest after the last row, if the file is damaged."""
    lines = _lines(path)
    next(lines)
    table: dict[str, Any] = {}
    for are_rows, group in groupby(lines, lambda line: isinstance(line, list)):
        if are_rows:
            yield table["table"], table["columns"], group
        else:
            *_, table = group  # tables without rows follow one another


def _lines(path: Path) -> Iterator[Any]:
    """Yield the lines of a backup but the last, as JSON values, and compare the last with them."""
    digest, counts, table = hashlib.sha256(), dict[str, int](), ""
    try:
        with gzip.open(path) as file:
            line = file.readline()
            _check_header(path, line)
            for following in file:
                digest.update(line)
                value = json.loads(line)
                if isinstance(value, list):
                    counts[table] += 1
                elif "table" in value:
                    table = value["table"]
                    counts[table] = 0
                yield value
                line = following
            last = json.loads(line)
    except (EOFError, zlib.error, gzip.BadGzipFile, ValueError, TypeError, KeyError) as error:
        raise BadBackup(f"{path} is damaged or no backup: {error}. Nothing was restored.") from None
    if last != {"counts": counts, "sha256": digest.hexdigest()}:
        raise BadBackup(f"{path} is damaged: it is not as it was written. Nothing was restored.")


def _check_header(path: Path, line: bytes) -> None:
    """Raise BadBackup unless the first line is a header of a known version."""
    header = json.loads(line or b"null")
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise BadBackup(f"{path} is not a backup of this site: its first line does not say so.")
    if header["version"] != VERSION:
        raise BadBackup(
            f"{path} has version {header['version']} of the format; this version of the site reads {VERSION}. "
            "Restore it with the version of the site that made it."
        )
