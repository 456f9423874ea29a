"""Numbers in JSON columns come back as they were stored, on SQLite and on PostgreSQL."""

import json

import pytest

from catalog.json_field import NumbersDecoder
from mlsysweb.explore.models import Job
from mlsysweb.saved.scenarios.models import Scenario, Version

NUMBERS = [1e16, 1e20, 1.5e30, 1e308, -1e20, 9999999999999998.0, 1e-320, 0.1, 1.0, 0, 7, 10**15, -(10**15)]


@pytest.mark.parametrize("stored", NUMBERS)
def test_a_number_that_postgresql_wrote_out_is_of_the_type_it_was(stored):
    # jsonb keeps decimals and writes no exponents.
    text = f"{stored:.0f}" if abs(stored) >= 1e16 else json.dumps(stored)
    found = json.loads(text, cls=NumbersDecoder)
    assert (found, type(found)) == (stored, type(stored))


@pytest.mark.django_db
def test_figures_of_a_version_and_of_a_job_keep_their_types():
    Version.objects.create(
        scenario=Scenario.objects.create(solver="roofline"),
        number=1,
        solver_version="1",
        question={},
        snapshot={"of": NUMBERS},
        result={"of": NUMBERS},
    )
    Job.objects.create(key="x", query="", snapshot={"of": NUMBERS}, size=1)
    version, job = Version.objects.get(), Job.objects.get()
    for found in (version.snapshot, version.result, job.snapshot):
        assert [(each, type(each)) for each in found["of"]] == [(each, type(each)) for each in NUMBERS]


def test_the_column_is_that_of_a_json_field():
    path, options = Version._meta.get_field("result").deconstruct()[1::2]
    assert path == "django.db.models.JSONField" and "decoder" not in options
