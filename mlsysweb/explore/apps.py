from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ExploreConfig(AppConfig):
    """The Django app of the design space and its jobs."""

    name = "mlsysweb.explore"

    def ready(self) -> None:
        from .jobs.jobs import claim_on_login

        user_logged_in.connect(claim_on_login, dispatch_uid="jobs of a browser become an account's")
