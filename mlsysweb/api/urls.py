from collections.abc import Iterator
from itertools import groupby

from django.urls import URLPattern, path

from . import reference, views
from .operations.all import OPERATIONS

app_name = "api"


def _operations() -> Iterator[URLPattern]:
    """Yield a pattern for each path of the API, named after its first operation."""
    by_path = sorted(OPERATIONS, key=lambda operation: operation.path)
    for route, operations in groupby(by_path, key=lambda operation: operation.path):
        here = tuple(operations)
        yield path(f"v1/{route.replace('{', '<str:').replace('}', '>')}", views.endpoint(here), name=here[0].name)


urlpatterns = [
    path("", reference.reference, name="reference"),
    path("reference/<slug:name>/", reference.operation, name="operation"),
    path("reference/<slug:name>/<slug:case>/", reference.operation, name="operation"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    *_operations(),
]
