"""The admin of the catalog, in which instructors edit figures with their units."""

from django.contrib import admin

from . import tables  # noqa: F401  its classes register themselves

admin.site.site_header = admin.site.site_title = "Walls of ML systems"
admin.site.index_title = "Catalog and accounts"
