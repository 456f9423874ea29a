"""Learning platforms in the admin, while LTI is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import admin

from .models import Platform

if TYPE_CHECKING:
    PlatformModelAdmin = admin.ModelAdmin[Platform]
else:
    PlatformModelAdmin = admin.ModelAdmin


class PlatformAdmin(PlatformModelAdmin):
    """Platforms, as their administrators registered this site."""

    list_display = ("name", "issuer", "client_id")
    search_fields = ("name", "issuer")


if settings.LTI:
    admin.site.register(Platform, PlatformAdmin)
