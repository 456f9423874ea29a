"""Moderation: staff find saved scenarios, hide them, and remove them with a reason that the owner reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from .capture import display_name
from .forms import SavableTextField
from .models import Scenario, Visibility

if TYPE_CHECKING:
    ScenarioModelAdmin = admin.ModelAdmin[Scenario]
else:
    ScenarioModelAdmin = admin.ModelAdmin

_REASON = SavableTextField(
    max_length=Scenario._meta.get_field("removed").max_length or 0,
    error_messages={"required": "is missing; the owner of a scenario reads why it was removed."},
)
_SHOWN = ("title", "notes", "page", "said", "visibility", "group", "owner", "session", "created", "opened", "deleted")


class ReasonForm(ActionForm):
    """The form above the list: the action, and the reason for a removal, which the action checks."""

    reason = forms.Field(required=False, widget=forms.TextInput(attrs={"size": 50}), label="Reason for a removal:")


@admin.register(Scenario)
class ScenarioAdmin(ScenarioModelAdmin):
    """Saved scenarios. Nothing of them can be edited here: their owner's words stay their own."""

    list_display = ("title", "page", "whose", "visibility", "created", "opened", "is_deleted")
    list_filter = (
        "visibility",
        ("owner", admin.EmptyFieldListFilter),
        ("deleted", admin.EmptyFieldListFilter),
        ("removed", admin.EmptyFieldListFilter),
        "created",
        "solver",
    )
    search_fields = ("id", "title", "notes", "owner__username", "tags__name")
    list_select_related = ("owner",)
    show_full_result_count = False
    action_form = ReasonForm
    actions = ("hide", "remove", "undo_removal")
    fields = readonly_fields = (*_SHOWN, "removed")

    @admin.display(description="page", ordering="solver")
    def page(self, scenario: Scenario) -> str:
        return display_name(scenario.solver)

    @admin.display(description="verdict")
    def said(self, scenario: Scenario) -> str:
        return scenario.latest.said

    @admin.display(description="owner", ordering="owner")
    def whose(self, scenario: Scenario) -> str:
        return str(scenario.owner) if scenario.owner else "no account"

    @admin.display(description="deleted", boolean=True, ordering="deleted")
    def is_deleted(self, scenario: Scenario) -> bool:
        return scenario.deleted is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Scenario | None = None) -> bool:
        """Let only superusers delete for good and at once; `manage.py prune` does what is removed a month later."""
        return bool(request.user.is_active and request.user.is_superuser)

    @admin.action(description="Hide: show only to the owner", permissions=["change"])
    def hide(self, request: HttpRequest, chosen: QuerySet[Scenario]) -> None:
        for scenario in chosen:
            self.log_change(request, scenario, "Hidden: shown only to its owner.")
        count = chosen.update(visibility=Visibility.PRIVATE, group=None, revision=F("revision") + 1)
        self.message_user(request, f"{count:,} hidden. Their owner still sees them and can show them again.")

    @admin.action(description="Remove, with the reason beside", permissions=["change"])
    def remove(self, request: HttpRequest, chosen: QuerySet[Scenario]) -> None:
        try:
            reason = _REASON.clean(request.POST.get("reason", ""))
        except ValidationError as wrong:
            self.message_user(request, f"Nothing was removed. The reason {wrong.messages[0]}", messages.ERROR)
            return
        for scenario in chosen:
            self.log_change(request, scenario, f"Removed: {reason}")
        count = chosen.update(removed=reason, deleted=timezone.now(), revision=F("revision") + 1)
        self.message_user(request, f"{count:,} removed. Only their owner sees them, with the reason.")

    @admin.action(description="Undo a removal", permissions=["change"])
    def undo_removal(self, request: HttpRequest, chosen: QuerySet[Scenario]) -> None:
        removed = chosen.exclude(removed="")
        for scenario in removed:
            self.log_change(request, scenario, "Removal undone.")
        count = removed.update(removed="", deleted=None, revision=F("revision") + 1)
        self.message_user(request, f"{count:,} shown again as before.")

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if not request.user.is_superuser:
            actions.pop("delete_selected", None)
        return actions
