from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from mlsysweb.operate.backup import backup


class Command(BaseCommand):
    """`manage.py backup FILE`: writes everything in the database to a file while the site runs."""

    help = "Write everything in the database, as it is at one moment, to a compressed file. The site may run."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="such as backup-2026-11-28.gz; replaced if it is there")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            contents = backup(file)
        except (OSError, DatabaseError) as error:
            raise CommandError(f"No backup was made: {' '.join(str(error).split())}") from None
        size = file.stat().st_size / 1e6
        self.stdout.write(f"{contents.total:,} rows of {len(contents.counts)} tables are in {file} ({size:.1f} MB).")
