from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from solvers.registry import solvers

from .present import glossary_page


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """The glossary of all terms."""
    walls = {name: (solver.title, reverse("walls:wall", args=[name])) for name, solver in solvers().items()}
    return render(request, "glossary/glossary.html", {"page": glossary_page(walls)})
