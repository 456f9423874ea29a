"""The view that opens a wall with the constants of a calibration."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from mlsysweb.show.forms.query import query_text
from mlsysweb.show.refusal import RefusalPage, refused
from solvers.calibration import takes_calibrations
from solvers.registry import solvers

from .calibrations import calibrated
from .capture import Address, NotSavable
from .views import get_visible_or_404


@require_POST
def choose_calibration(request: HttpRequest) -> HttpResponse:
    """Redirect to the posted page of a wall with the accelerator and the constants of the posted calibration. Raise
    Http404 for a scenario that this visitor may not see."""
    scenario = get_visible_or_404(request, request.POST.get("calibration", "")[:16])
    if scenario.deleted:
        raise Http404("This calibration is deleted.")
    address = request.POST.get("page", "")
    try:
        at = Address.of(address)
    except NotSavable as bad:
        return refused(request, RefusalPage("No such page", str(bad), reverse("home")), 422)
    wall = solvers().get(str(at.match.kwargs.get("name", "")))
    if wall is None or not takes_calibrations(wall.inputs):
        sentence = "Only walls that sum kernels or compute power take a calibration, such as serving and the roofline."
        return refused(request, RefusalPage("No wall for a calibration", sentence, reverse("home")), 422)
    text = calibrated(scenario, query_text(at.query), wall.inputs)
    if text is None:
        sentence = (
            f"“{scenario.title}” has no fitted constants that {wall.title} computes with. Choose another wall, or fit "
            "them again and save the page."
        )
        return refused(request, RefusalPage("No calibration", sentence, scenario.get_absolute_url()), 422)
    return redirect(f"{at.path}?{urlencode(text)}")
