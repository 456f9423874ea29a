"""The settings of `make dev`, for who edits the site: an error shows its traceback in the browser, an edited template,
style sheet or script is there at the next reload. Nothing else uses them; `make serve` always has `settings`."""

from .settings import *  # noqa: F403

# WhiteNoise then reads static files where they are edited, and tells the browser to ask again each time.
DEBUG = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},  # names without a hash
}
