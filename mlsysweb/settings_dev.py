"""The settings of `make dev`, for development: tracebacks in the browser, and changed templates, style sheets and
scripts take effect at the next reload. `make serve` uses `settings`."""

from .settings import *  # noqa: F403

# WhiteNoise then serves static files from where they are edited, and browsers revalidate them each time.
DEBUG = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},  # names without a hash
}
