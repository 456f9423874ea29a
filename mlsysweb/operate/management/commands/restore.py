from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from mlsysweb.operate.backup import restore
from mlsysweb.operate.backup_file import BadBackup, check


class Command(BaseCommand):
    """`manage.py restore FILE`: puts the contents of a backup into the database, all or nothing."""

    help = (
        "Put the contents of a backup into the database: all of it or, if anything is wrong, nothing. The database has "
        "to be migrated, and empty but for the shipped catalog."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote, on this database or another kind")
        parser.add_argument("--replace", action="store_true", help="delete what the database holds")
        parser.add_argument("--check", action="store_true", help="only say whether the file is whole and what it holds")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            contents = check(file) if options["check"] else restore(file, replace=options["replace"])
        except BadBackup as error:
            raise CommandError(str(error)) from None
        except (OSError, DatabaseError) as error:
            raise CommandError(f"Nothing was restored: {' '.join(str(error).split())}") from None
        did = "The backup is whole" if options["check"] else "Restored"
        self.stdout.write(f"{did}: {contents.total:,} rows of {len(contents.counts)} tables, as of {contents.created}.")
        if options["verbosity"] > 1 or options["check"]:
            for name, number in contents.counts.items():
                self.stdout.write(f"{number:>12,}  {name}")
