from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from catalog.models.history import editing
from mlsysweb.saved.scenarios.calibrations import saved_calibration
from mlsysweb.saved.scenarios.views import get_visible_or_404
from mlsysweb.show.refusal import RefusalPage, limit_posts, refused
from mlsysweb.visitors import choose_catalog

from .calibration_store import keep_calibration
from .catalog_views import taught_or_404
from .store import CourseError


@login_required
@require_POST
@limit_posts("edit", "Not saved")
def keep_course_calibration(request: HttpRequest, id: int) -> HttpResponse:
    """Store the constants of the posted calibration as figures of a course that this user teaches, and redirect to its
    catalog. Raise Http404 for another's course, and for a scenario that this user may not see."""
    course = taught_or_404(request, id)
    scenario = get_visible_or_404(request, request.POST.get("calibration", "")[:16])
    fit = None if scenario.deleted else saved_calibration(scenario)
    if fit is None:
        sentence = f"“{scenario.title}” has no fitted constants. Fit them again and save the page."
        return refused(request, RefusalPage("No calibration", sentence, scenario.get_absolute_url()), 422)
    try:
        with editing(request.user):
            keep_calibration(course, scenario.title, fit)
    except CourseError as bad:
        return refused(request, RefusalPage("Not saved", str(bad), scenario.get_absolute_url()), 422)
    choose_catalog(request, course.group_id)
    return redirect("courses:catalog", id=course.pk)
