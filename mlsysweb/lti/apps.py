from django.apps import AppConfig


class LtiConfig(AppConfig):
    """The Django app of learning platforms."""

    name = "mlsysweb.lti"

    def ready(self) -> None:
        from mlsysweb.saved.scenarios.prune import EXPIRING

        from .retention import expired_rows

        EXPIRING.append(expired_rows)
