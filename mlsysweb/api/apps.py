from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The Django app of the API."""

    name = "mlsysweb.api"

    def ready(self) -> None:
        from mlsysweb.saved.scenarios.prune import EXPIRING

        from .tokens import expired_rows

        EXPIRING.append(expired_rows)
