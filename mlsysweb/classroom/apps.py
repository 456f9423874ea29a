from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    """The Django app of lessons and class sessions."""

    name = "mlsysweb.classroom"
