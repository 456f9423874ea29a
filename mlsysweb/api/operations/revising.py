"""Finds scenarios for the API and changes them, unless they have changed since they were read."""

from __future__ import annotations

from typing import Any

from mlsysweb.api.operation import ApiCall
from mlsysweb.api.operations.scenario_json import scenario_tag
from mlsysweb.api.problems import ApiProblem, not_found
from mlsysweb.saved.scenarios.forms import ScenarioForm
from mlsysweb.saved.scenarios.ids import is_id
from mlsysweb.saved.scenarios.models import Scenario
from mlsysweb.saved.scenarios.people import classes, may_see
from mlsysweb.visitors import owns
from solvers.errors import InputError, InputErrors

# The members of a body that are texts of a scenario.
TEXTS = ("title", "notes", "tags", "visibility", "group")


def visible_scenario(call: ApiCall) -> Scenario:
    """Return the scenario of the path. Raise ApiProblem with status 404 for one that does not exist, is deleted or is
    not shown to the caller."""
    id = call.path["id"]
    rows = (
        Scenario.objects.select_related("group").filter(pk=id, deleted=None) if is_id(id) else Scenario.objects.none()
    )
    kept = rows.first()
    if kept is None or not may_see(call.request, kept):
        raise not_found("id", "is not that of a scenario which is shown to you.")
    return kept


def own_scenario(call: ApiCall) -> Scenario:
    """Return the scenario of the path. Raise ApiProblem: 404 where it is not shown to the caller, else 403 where it is
    not theirs."""
    kept = visible_scenario(call)
    if not owns(call.request, kept):
        raise ApiProblem(403, "id", "is that of another visitor's scenario; only its owner can change it.")
    return kept


def check_tag(call: ApiCall, kept: Scenario) -> None:
    """Raise ApiProblem with status 412 where `If-Match` is not the scenario's ETag."""
    header = call.request.headers.get("If-Match")
    if header is None:
        return
    # GZipMiddleware makes the ETag of a compressed answer a weak one.
    sent = {each.strip().removeprefix("W/").strip('"') for each in header.split(",")}
    if "*" not in sent and scenario_tag(kept, kept.latest.number) not in sent:
        raise changed_problem(kept, 412, "If-Match", header[:60])


def changed_problem(kept: Scenario, status: int, field: str, sent: str) -> ApiProblem:
    """Return the problem of a change that is based on an earlier state of a scenario; `sent` is that state."""
    now = f"the scenario has revision {kept.revision} and version {kept.latest.number} now"
    return ApiProblem(status, field, f"is {sent}, but {now}. Read it again, then repeat the change.")


def save_texts(call: ApiCall, kept: Scenario, texts: dict[str, Any]) -> None:
    """Save texts of a scenario. Raise InputErrors, and ApiProblem where it changed meanwhile."""
    own = classes(call.request)
    data = {
        "title": kept.title,
        "notes": kept.notes,
        "visibility": kept.visibility,
        "group": str(kept.group_id or ""),
        "tags": list(kept.tags.values_list("name", flat=True)),
        "revision": str(kept.revision),
        **texts,
    }
    if "group" in texts:
        group = own.filter(name=texts["group"]).first() if texts["group"] else None
        data["group"] = str(group.pk) if group else ""
    data["tags"] = ", ".join(data["tags"])
    form = ScenarioForm(data, instance=Scenario.objects.get(pk=kept.pk), classes=own)
    if not form.is_valid():
        raise InputErrors(InputError(name, str(each[0])) for name, each in form.errors.items())
    if not form.save_unless_changed():
        kept.refresh_from_db()
        raise changed_problem(kept, 412 if "If-Match" in call.request.headers else 409, "revision", data["revision"])
    kept.refresh_from_db()
