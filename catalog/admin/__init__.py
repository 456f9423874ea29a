"""The catalog as instructors edit it: figures with units in, figures with units out."""

from django.contrib import admin

from . import tables  # noqa: F401  its classes register themselves

admin.site.site_header = admin.site.site_title = "Walls of ML systems"
admin.site.index_title = "Catalog and accounts"
