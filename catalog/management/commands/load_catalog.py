from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.fixtures import BadData
from catalog.load import load


class Command(BaseCommand):
    """`manage.py load_catalog`: loads the shipped rows and leaves rows edited on this site as they are."""

    help = "Load the catalog that comes with the site; again at any time: edited rows are left as they are."
    requires_system_checks = ()  # system checks import every page, and this command runs at each start

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load()
        except BadData as bad:
            raise CommandError(f"{bad} Nothing was loaded.") from None
        if options["verbosity"]:
            self.stdout.write(f"The catalog has {', '.join(map(str, loaded))}.")
            for table in loaded:
                for slug, why in table.left.items():
                    self.stdout.write(f"Left alone: {table.table._meta.verbose_name} {slug} ({why}).")
