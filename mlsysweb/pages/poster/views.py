from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from solvers.registry import solvers

from .present import poster_page


@require_safe
def poster(request: HttpRequest) -> HttpResponse:
    """The poster of all walls."""
    urls = {name: reverse("walls:wall", args=[name]) for name in solvers()}
    return render(request, "poster/poster.html", {"page": poster_page(tuple(solvers().values()), urls)})
