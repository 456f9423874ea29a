"""Finds every page that opens by its path alone, in the URL configuration and the registry of walls."""

from collections.abc import Iterator

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from solvers.registry import solvers

# Django's own pages.
NOT_OURS = "admin/"


def pages(client: Client) -> list[str]:
    """Return the paths of all pages that visitors can open without an account; no data, no POST-only URLs."""
    walls = [reverse("walls:wall", args=[name]) for name in solvers()]
    return [path for path in (*_routes(get_resolver().url_patterns, "/"), *walls) if _is_page(client, path)]


def _routes(patterns: list[URLPattern | URLResolver], start: str) -> Iterator[str]:
    for each in patterns:
        route = str(each.pattern)
        if "<" in route or route.startswith(NOT_OURS):
            continue
        if isinstance(each, URLResolver):
            yield from _routes(each.url_patterns, start + route)
        else:
            yield start + route


def _is_page(client: Client, path: str) -> bool:
    answer = client.get(path)
    return answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
