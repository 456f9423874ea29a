"""Views with which owners edit, delete and restore their scenarios, and others fork them."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from mlsysweb.show.refusal import RefusalPage, limit_posts, refused
from mlsysweb.visitors import ownership, owns

from .forms import ScenarioForm
from .models import Scenario, Version
from .people import classes, may_see
from .store import check_room, numbered
from .views import scenario_response

# Stored in the session, so that the page on which inputs are changed needs no code for it.
CHANGING = "changing"


def get_owned_or_404(request: HttpRequest, id: str) -> Scenario:
    """Return the scenario to its owner. Raise Http404 for others."""
    scenario = get_object_or_404(Scenario, pk=id)
    if not owns(request, scenario):
        raise Http404("There is no such scenario of yours.")
    return scenario


@require_POST
@limit_posts("edit", "Not saved")
def edit(request: HttpRequest, id: str) -> HttpResponse:
    """Save title, notes, tags and visibility, or return the form with its errors."""
    scenario = get_owned_or_404(request, id)
    form = ScenarioForm(request.POST, instance=get_owned_or_404(request, id), classes=classes(request))
    if not form.is_valid():
        return scenario_response(request, scenario, scenario.latest, form=form, status=422)
    if not form.save_unless_changed():
        scenario.refresh_from_db()
        conflict, form = tuple(form.differences(scenario)), form.over(scenario, classes(request))
        return scenario_response(request, scenario, scenario.latest, form=form, conflict=conflict, status=409)
    return redirect(scenario)


@require_POST
@limit_posts("fork", "Not copied")
def fork(request: HttpRequest, id: str) -> HttpResponse:
    """Create a copy of the version shown, owned by this user, and open its inputs for a change. Its visibility is that
    of the original until the new owner changes it."""
    parent = get_object_or_404(Scenario, pk=id)
    if not may_see(request, parent):
        raise Http404("There is no such scenario, or it is not shown to you.")
    version = numbered(parent, request.POST.get("version", ""))
    check_room(request, (version.question, version.snapshot, version.result), new=True)
    with transaction.atomic():
        copy = Scenario.objects.create(
            path=parent.path,
            solver=parent.solver,
            title=parent.title,
            notes=parent.notes,
            parent=parent,
            parent_version=version.number,
            visibility=parent.visibility,
            group=parent.group,
            **ownership(request),
        )
        copy.tags.set(parent.tags.all())
        Version.objects.create(
            scenario=copy,
            number=1,
            solver_version=version.solver_version,
            question=version.question,
            snapshot=version.snapshot,
            result=version.result,
            said=version.said,
        )
    return redirect(f"{copy.get_absolute_url()}change/")


@require_safe
def change(request: HttpRequest, id: str) -> HttpResponse:
    """Redirect to the live page with the stored inputs; saving there offers a new version."""
    scenario = get_owned_or_404(request, id)
    request.session[CHANGING] = scenario.pk
    return redirect(scenario.latest.address)


@require_POST
@limit_posts("edit", "Not deleted")
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Mark a scenario as deleted; its owner can restore it."""
    scenario = get_owned_or_404(request, id)
    scenario.deleted = timezone.now()
    scenario.save(update_fields=["deleted"])
    return redirect(f"{reverse('scenarios:mine')}?deleted={scenario.pk}")


@require_POST
@limit_posts("edit", "Not restored")
def restore(request: HttpRequest, id: str) -> HttpResponse:
    """Restore a deleted scenario, unless the staff removed it."""
    scenario = get_owned_or_404(request, id)
    if scenario.removed:
        problem = f"The staff of this site removed this scenario: {scenario.removed} Ask them if that is a mistake."
        return refused(request, RefusalPage("Not restored", problem, scenario.get_absolute_url()), 403)
    scenario.deleted = None
    scenario.save(update_fields=["deleted"])
    return redirect(scenario)
