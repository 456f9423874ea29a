from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """The Django app of courses and roles."""

    name = "mlsysweb.courses"
