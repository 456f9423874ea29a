from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from mlsysweb.operate.backup import transfer
from mlsysweb.operate.backup_file import BadBackup


class Command(BaseCommand):
    """`manage.py transfer URL`: copies the database into an empty one of another kind, such as PostgreSQL."""

    help = (
        "Copy everything in the database into an empty one, such as from SQLite to PostgreSQL, and compare the counts."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="the empty database: postgresql://user:password@host/name")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        try:
            contents = transfer(url)
        except BadBackup as error:
            raise CommandError(str(error)) from None
        except (OSError, DatabaseError, ValueError, KeyError) as error:
            raise CommandError(f"Nothing was transferred: {' '.join(str(error).split())}") from None
        self.stdout.write(
            f"{contents.total:,} rows of {len(contents.counts)} tables are in both databases. "
            "Start the site with DATABASE_URL set to the new one."
        )
