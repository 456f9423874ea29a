"""The site's catalog and the library have the same specs: they read the same files with the same reader."""

import dataclasses

import numpy as np
import pytest

from catalog.models import TABLES
from catalog.resolve import choices, find
from solvers import shipped
from solvers.specs import columns, parts

pytestmark = pytest.mark.usefixtures("catalog")


def figures(spec):
    kind = type(spec)
    own = {name: np.asarray(getattr(spec, name)).tolist() for name in columns(kind)}
    return {"name": spec.name, **own, **{name: figures(getattr(spec, name)) for name in parts(kind)}}


@pytest.mark.parametrize("table", TABLES)
def test_every_spec_of_the_catalog_is_the_librarys(table):
    kind = table.describes
    slugs = {slug for slug, _, _ in choices(kind)}
    assert slugs == set(shipped.names(kind))
    for slug in slugs:
        own, catalogs = shipped.find(kind, slug), find(kind, slug, "it").spec
        assert repr(figures(own)) == repr(figures(catalogs)), slug
        assert own.name == catalogs.name and dataclasses.fields(own) == dataclasses.fields(catalogs)
