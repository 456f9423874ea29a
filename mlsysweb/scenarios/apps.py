from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ScenariosConfig(AppConfig):
    name = "mlsysweb.scenarios"

    def ready(self) -> None:
        from .people import take_along

        user_logged_in.connect(take_along, dispatch_uid="scenarios of a browser become an account's")
