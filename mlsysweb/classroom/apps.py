from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ClassroomConfig(AppConfig):
    """The Django app of lessons and class sessions."""

    name = "mlsysweb.classroom"

    def ready(self) -> None:
        from catalog.usage import FINDERS
        from mlsysweb.saved.scenarios.prune import EXPIRING

        from .authoring.rights import claim_on_login
        from .catalog_usage import lessons_with_row
        from .claims.own.rights import claim_on_login as claims_on_login
        from .retention import expired_rows

        EXPIRING.append(expired_rows)
        FINDERS.append(lessons_with_row)

        user_logged_in.connect(claim_on_login, dispatch_uid="lessons of a browser become an account's")
        user_logged_in.connect(claims_on_login, dispatch_uid="claims of a browser become an account's")
