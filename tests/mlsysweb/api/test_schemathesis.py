"""Requests drawn from the OpenAPI document, valid and invalid ones: each answer is one that the document declares."""

import json
import os
import re
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
    "checks": {
        "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "406", "415", "422", "428"]}
    },
    "operations": [
        {
            "include-operation-id-regex": rf"^({'|'.join(sorted(SEMANTIC))})(\.|$)",
            "checks": {
                "positive_data_acceptance": {
                    "expected-statuses": ["2xx", "401", "403", "404", "409", "412", "422", "428"]
                }
            },
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


def narrowed(document):
    """Return the document with some of the solvers and tables, and the schemas that those need: reading all takes
    longer than asking. The answer of every solver is checked in `test_openapi.py`."""
    by_name = {}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            by_name.setdefault(told["operationId"].partition(".")[0], []).append((path, method, told))
    paths = {}
    for each in by_name.values():
        for path, method, told in each if EXAMPLES else each[:: max(1, len(each) // 4)]:
            paths.setdefault(path, {})[method] = told
    schemas, waiting = {}, [paths, document["components"]["responses"]]
    while waiting:
        for name in set(re.findall(r"#/components/schemas/([\w.]+)", json.dumps(waiting.pop()))) - set(schemas):
            schemas[name] = document["components"]["schemas"][name]
            waiting.append(schemas[name])
    return {**document, "paths": paths, "components": {**document["components"], "schemas": schemas}}


@pytest.fixture(scope="module")
def loaded():
    """Return a function that returns the operations as schemathesis reads them; it keeps them, as that takes
    seconds."""
    found = {}

    def load():
        version = CatalogVersion.now()
        if version not in found:
            config = SchemathesisConfig.from_dict(CONFIG)
            schema = openapi.from_dict(narrowed(openapi_document(version)), config=config)
            schema.app = application
            found[version] = [each.ok() for each in schema.get_all_operations()]
        return found[version]

    return load


def cases():
    """Yield the operations with the kinds of data that can be drawn for them. What has only a path, or nothing, takes
    any text: it cannot be invalid."""
    for operation in OPERATIONS:
        yield pytest.param(operation, GenerationMode.POSITIVE, id=f"{operation.name}-valid")
        if operation.body is not None or operation.name in ("solve", "list-rows", "list-scenarios", "list-searches"):
            yield pytest.param(operation, GenerationMode.NEGATIVE, id=f"{operation.name}-invalid")


@pytest.mark.parametrize(("declared", "mode"), list(cases()))
def test_every_answer_is_one_that_the_document_declares(loaded, client, declared, mode):
    user = User.objects.create_user("ada")
    client.force_login(user)
    scenario = save(client).split("/")[2]
    _, secret = ApiToken.make(user.pk, "tests", tuple(Scope), 7)
    ours = [each for each in loaded() if each.definition.raw["operationId"].split(".")[0] == declared.name]
    assert ours
    for operation in ours:
        if mode is GenerationMode.NEGATIVE and not operation.body and not operation.query:
            continue  # a page over many walls, whose parameters only the page knows
        given = (
            {"path_parameters": {"id": scenario}} if "{id}" in operation.path and "scenarios" in operation.path else {}
        )

        @hypothesis.given(operation.as_strategy(generation_mode=mode, **given))
        @hypothesis.settings(
            max_examples=EXAMPLES or (2 if declared.cases else 10),
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
        )
        def answers_as_declared(case):
            case.call_and_validate(headers={"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"})

        with connection_kept():
            answers_as_declared()
