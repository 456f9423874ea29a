"""Requests drawn from the OpenAPI document, valid and invalid ones: each answer is one that the document declares."""

import os
from contextlib import contextmanager

import hypothesis
import pytest
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis import GenerationMode, openapi
from schemathesis.config import SchemathesisConfig

from catalog.models import CatalogVersion
from mlsysweb.api.models import ApiToken
from mlsysweb.api.openapi import openapi_document
from mlsysweb.api.operation import Scope
from mlsysweb.api.operations.all import OPERATIONS
from mlsysweb.wsgi import application
from tests.mlsysweb.people import save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

# More of them find more: `EXAMPLES=100 pytest tests/mlsysweb/api/test_schemathesis.py`.
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
# Solvers check more than a schema can say: units in a text, names of rows, and whether inputs fit each other.
SEMANTIC = {"solve", "solve-json", "sweep", "start-search", "create-scenario", "revise-scenario", "add-version"}
# A page beyond the last.
SEMANTIC |= {"list-rows", "list-scenarios", "list-searches"}
CONFIG = {
    "checks": {"negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "406", "415", "422", "428"]}},
    "operations": [
        {
            "include-operation-id-regex": rf"^({'|'.join(sorted(SEMANTIC))})(\.|$)",
            "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "412", "422", "428"]}},
        }
    ],
}


@contextmanager
def connection_kept():
    """Keep the connection between requests, as Django's own test client does: it has the transaction of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def loaded():
    """Return a function that returns the document as schemathesis reads it; reading takes seconds, so it is kept."""
    found = {}

    def load():
        version = CatalogVersion.now()
        if version not in found:
            found[version] = openapi.from_dict(
                openapi_document(version), config=SchemathesisConfig.from_dict(CONFIG)
            )
            found[version].app = application
        return found[version]

    return load


def cases():
    """Yield the operations with the number of examples: of one that each solver has, a few for each."""
    for operation in OPERATIONS:
        yield pytest.param(operation, 2 if operation.cases else 12, id=operation.name)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("declared", "number"), list(cases()))
def test_every_answer_is_one_that_the_document_declares(loaded, client, declared, number, mode):
    user = User.objects.create_user("ada")
    client.force_login(user)
    scenario = save(client).split("/")[2]
    _, secret = ApiToken.make(user, "tests", tuple(Scope), 7)
    schema = loaded()
    found = [each.ok() for each in schema.get_all_operations()]
    ours = [each for each in found if each.definition.raw["operationId"].split(".")[0] == declared.name]
    assert ours
    for operation in ours:
        given = {"path_parameters": {"id": scenario}} if "{id}" in operation.path and "scenarios" in operation.path else {}

        @hypothesis.given(operation.as_strategy(generation_mode=mode, **given))
        @hypothesis.settings(
            max_examples=EXAMPLES or number, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(hypothesis.HealthCheck), phases=[hypothesis.Phase.generate],
        )
        def answers_as_declared(case):
            case.call_and_validate(headers={"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"})

        try:
            with connection_kept():
                answers_as_declared()
        except hypothesis.errors.Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # nothing in the operation can be invalid
