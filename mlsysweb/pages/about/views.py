from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import TABLES
from catalog.resolve import choices
from mlsysweb.registry import tools
from mlsysweb.show.results.page import Link

from . import project
from .page import PrivacyPage, TableSize
from .present import about_page


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The About page."""
    tables = tuple(TableSize(str(table._meta.verbose_name_plural), len(choices(table.describes))) for table in TABLES)
    links = tuple(Link(view.title, reverse(url), title=view.summary) for url, view in tools())
    site = request.build_absolute_uri(reverse("home"))
    page = about_page(project.project(), tables, project.data_sources(), links, site)
    return render(request, "about/about.html", {"page": page})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy page: the data this site stores about visitors, and for how long."""
    days = settings.KEEP_DAYS
    page = PrivacyPage(
        scenario_days=days["scenario"],
        deleted_days=days["deleted"],
        job_days=days["job"],
        attempt_days=days["attempt"],
        class_days=days["class"],
        account_days=settings.ACCOUNT_SESSION_AGE // 86_400,
    )
    return render(request, "about/privacy.html", {"page": page})


@require_safe
def legal_text(request: HttpRequest, name: str) -> HttpResponse:
    """LICENSE or NOTICE as plain text."""
    return HttpResponse(project.legal_text(name), content_type="text/plain; charset=utf-8")
