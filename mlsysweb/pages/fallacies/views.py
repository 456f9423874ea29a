from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mlsysweb.show.results import fallacies as claims
from solvers.registry import solvers

from .present import fallacies_page

ALL = "all"


@require_safe
def fallacies(request: HttpRequest) -> HttpResponse:
    """The page of all fallacies that the walls refute."""
    urls = {name: reverse("walls:wall", args=[name]) for name in solvers()}
    told = [(solver, claims.fallacies(solver, urls[name])) for name, solver in solvers().items()]
    page = fallacies_page(told, urls, reverse("fallacies:fallacies"), request.GET.get("mode") != ALL)
    return render(request, "fallacies/fallacies.html", {"page": page})
