from django.apps import AppConfig
from django.core.signals import request_finished, request_started
from django.db.models import Model
from django.db.models.signals import post_delete, post_save


class Catalog(AppConfig):
    """The Django app of the catalog."""

    name = "catalog"
    verbose_name = "Catalog"

    def ready(self) -> None:
        """Connect the signals that renew the catalog version at every change of a row (admin, shell, loaddata)."""
        from .models import TABLES, CourseRow
        from .models.version import request_closes, request_opens, row_changed

        tables: tuple[type[Model], ...] = (*TABLES, CourseRow)
        for table in tables:
            post_save.connect(row_changed, sender=table)
            post_delete.connect(row_changed, sender=table)
        request_started.connect(request_opens)
        request_finished.connect(request_closes)
