from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mlsysweb import throttle
from mlsysweb.saved.scenarios.prune import expired, remove


class Command(BaseCommand):
    """Removes rows that are no longer needed. To be run once a day."""

    help = (
        "Remove old scenarios and lessons without an account, deleted ones, old class sessions, expired sessions, "
        "finished searches and records of wrong passwords. KEEP_DAYS in the settings has the terms. Run it once a day; "
        "the site may run meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        for each in expired():
            self._say(each.rows.count() if dry_run else remove(each.rows), each.noun, dry_run)
        self._say(throttle.remove_expired(dry_run), "expired counts of requests", dry_run)

    def _say(self, count: int, noun: str, dry_run: bool) -> None:
        self.stdout.write(f"{count:,} {noun}{' would be removed' if dry_run else ' removed'}.")
