"""API tokens in the admin: an administrator sees which there are, and revokes them. Accounts make their own at
/accounts/tokens/."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import ApiToken

if TYPE_CHECKING:
    TokenModelAdmin = admin.ModelAdmin[ApiToken]
else:
    TokenModelAdmin = admin.ModelAdmin


@admin.register(ApiToken)
class ApiTokenAdmin(TokenModelAdmin):
    """API tokens of all accounts. The secret is not stored, and its hash is not shown."""

    list_display = ("name", "owner", "beginning", "allowed", "created", "used", "expires")
    list_filter = ("created", "used", "expires")
    search_fields = ("name", "owner__username", "beginning")
    list_select_related = ("owner",)
    actions = ("revoke",)
    fields = readonly_fields = ("name", "owner", "beginning", "allowed", "created", "used", "expires")

    @admin.display(description="scopes")
    def allowed(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return false: a token's secret is for its owner alone."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        """Return false: more scopes or a longer term are for its owner to give, to a new token."""
        return False

    @admin.action(description="Revoke: requests with the token are refused from now on", permissions=["delete"])
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiToken]) -> None:
        self.log_deletions(request, chosen)
        count = len(chosen)
        chosen.delete()
        self.message_user(request, f"{count:,} {'token' if count == 1 else 'tokens'} revoked.")

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # the same as to revoke
        return actions
