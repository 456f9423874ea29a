"""The page of an account's tokens: it lists, makes and revokes them."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST

from mlsysweb.api.models import ApiToken
from mlsysweb.api.operation import SCOPE_WORDS, Scope
from mlsysweb.api.page import ScopeLine, TokenRow, TokensPage
from mlsysweb.saved.scenarios.forms import SavableTextField
from mlsysweb.show.refusal import limit_posts

MOST_TOKENS = 20
_DAYS = {"7": "7 days", "30": "30 days", "90": "90 days", "180": "180 days (a term)", "365": "1 year"}


class TokenForm(forms.Form):
    """The name, scopes and term of a new token. `held` is how many the account has."""

    name = SavableTextField(
        max_length=60, error_messages={"required": "needs a word that says where the token is used."}
    )
    scopes = forms.MultipleChoiceField(
        choices=[(str(scope), scope.value) for scope in Scope],
        error_messages={
            "required": "need at least one, or the token could do nothing.",
            "invalid_choice": f"are some of {', '.join(Scope)}.",
        },
    )
    days = forms.ChoiceField(
        choices=list(_DAYS.items()),
        initial="90",
        error_messages=dict.fromkeys(("required", "invalid_choice"), f"are one of {', '.join(_DAYS)}."),
    )

    use_required_attribute = False

    def __init__(self, *args: object, held: int, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.held = held

    def clean_name(self) -> str:
        """Return the name, unless the account has as many tokens as it may have."""
        if self.held >= MOST_TOKENS:
            raise ValidationError(f"can't be given: {MOST_TOKENS} tokens are the most. Revoke one first.")
        return str(self.cleaned_data["name"])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@limit_posts("edit", "No token made")
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of the account. A POST makes one and shows its secret in the response, once."""
    owner = request.user.pk
    assert owner is not None  # an account is required
    held = ApiToken.objects.filter(owner_id=owner).count()
    if request.method != "POST":
        return _page(request, TokenForm(held=held, initial={"scopes": ["read", "solve"], "days": "90"}))
    form = TokenForm(request.POST, held=held)
    if not form.is_valid():
        return _page(request, form, status=422)
    given, owner = form.cleaned_data, request.user.pk
    assert owner is not None  # of a user who is signed in
    token, secret = ApiToken.make(
        owner, given["name"], tuple(Scope(each) for each in given["scopes"]), int(given["days"])
    )
    blank = TokenForm(held=held + 1, initial={"scopes": ["read", "solve"], "days": "90"})
    return _page(request, blank, token.name, secret, status=201)


@login_required
@require_POST
def revoke(request: HttpRequest, id: int) -> HttpResponse:
    """Delete a token of the account; requests with it are refused from now on."""
    get_object_or_404(ApiToken, pk=id, owner_id=request.user.pk).delete()
    return redirect("tokens")


def _page(request: HttpRequest, form: TokenForm, made: str = "", secret: str = "", status: int = 200) -> HttpResponse:
    rows = ApiToken.objects.filter(owner_id=request.user.pk)
    address = request.build_absolute_uri(reverse("api:list-scenarios"))
    curl = f'curl -H "Authorization: Bearer {secret}" {address}'
    scopes = tuple(ScopeLine(str(scope), words) for scope, words in SCOPE_WORDS.items())
    page = TokensPage(tuple(_row(each) for each in rows), scopes, secret, made, curl if secret else "")
    response = render(request, "api/tokens.html", {"page": page, "form": form}, status=status)
    add_never_cache_headers(response)
    response["Cache-Control"] = "private, no-store"
    return response


def _row(token: ApiToken) -> TokenRow:
    return TokenRow(
        name=token.name,
        beginning=f"{token.beginning}…",
        scopes=", ".join(token.scopes),
        created=f"{token.created:%-d %b %Y}",
        used=f"{token.used:%-d %b %Y, %H:%M}" if token.used else "never",
        expires=f"{token.expires:%-d %b %Y}",
        expired=token.is_expired(timezone.now()),
        revoke=reverse("revoke_token", args=[token.pk]),
    )
