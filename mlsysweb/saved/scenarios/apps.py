from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ScenariosConfig(AppConfig):
    """The Django app of saved scenarios."""

    name = "mlsysweb.saved.scenarios"

    def ready(self) -> None:
        from catalog.usage import FINDERS
        from mlsysweb.visitors import shorten_session

        from .catalog_usage import scenarios_with_row
        from .people import claim_on_login

        FINDERS.append(scenarios_with_row)

        user_logged_in.connect(claim_on_login, dispatch_uid="scenarios of a browser become an account's")
        user_logged_in.connect(shorten_session, dispatch_uid="the session of an account is shorter")
