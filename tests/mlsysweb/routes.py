"""The routes of the site, with their converters."""

from collections.abc import Iterator

from django.urls import URLResolver, get_resolver


def routes(resolver: URLResolver | None = None, start: str = "/") -> Iterator[str]:
    """Yield every route but the admin's, such as `/s/<slug:id>/`."""
    for each in (resolver or get_resolver()).url_patterns:
        route = start + str(each.pattern)
        if isinstance(each, URLResolver):
            if not route.startswith("/admin"):
                yield from routes(each, route)
        else:
            yield route
