"""The OpenAPI document: valid, and made of the declarations of the solvers."""

import math

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from catalog.models import CatalogVersion
from mlsysweb.api.openapi import openapi_document
from mlsysweb.api.operations.all import OPERATIONS
from mlsysweb.api.pages import page_names
from solvers.fields import Choice, Input
from solvers.registry import solvers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]


@pytest.fixture
def document():
    return openapi_document(CatalogVersion.now())


def valid(document, name, value):
    """Return whether a value is valid by a schema of the document."""
    registry = Registry().with_resource("urn:api", Resource.from_contents({"$schema": SCHEMA, **document}))
    return Draft202012Validator({"$ref": f"urn:api#/components/schemas/{name}"}, registry=registry).is_valid(value)


SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def test_every_solver_and_page_has_its_paths(document):
    for name in (*solvers(), *page_names()):
        assert set(document["paths"][f"/solve/{name}"]) == {"get", "post"}
    assert all(f"/sweep/{name}" in document["paths"] for name in solvers())


def test_every_schema_is_one_and_every_reference_leads_somewhere(document):
    def references(value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if "$ref" in value else []
            value = list(value.values())
        if isinstance(value, list):
            for each in value:
                yield from references(each)

    for reference in set(references(document)):
        place = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", solvers())
def test_inputs_have_the_unit_range_choices_and_default_of_their_declaration(document, name):
    solver, told = solvers()[name], document["components"]["schemas"][f"{name}.Inputs"]["properties"]
    for field, io in solver.inputs.items():
        schema = told[field]
        assert schema["title"] == io.label and schema.get("description", "") == io.help
        if isinstance(io, Input):
            assert schema.get("x-unit", "1") == io.unit
            assert schema["exclusiveMinimum" if io.exclusive_min else "minimum"] == io.low
            assert schema.get("maximum", math.inf) == io.high
            assert ("multipleOf" in schema) == io.integer
        if isinstance(io, Choice):
            assert set(io.names) < set(schema["enum"]) and schema["default"] in io.names
    parameters = document["paths"][f"/solve/{name}"]["get"]["parameters"]
    assert [each["name"] for each in parameters][: len(solver.inputs)] == list(solver.inputs)


@pytest.mark.parametrize("name", solvers())
def test_an_answer_and_a_question_are_valid_by_their_schemas(document, client, name):
    answer = client.get(f"/api/v1/solve/{name}").json()
    assert valid(document, f"{name}.Answer", answer)
    assert not valid(document, f"{name}.Answer", answer | {"version": 3})
    assert valid(document, f"{name}.Inputs", {})
    assert not valid(document, f"{name}.Inputs", {"no_such_input": 1})


def test_a_figure_of_a_row_and_a_row_written_out_are_in_the_schema(document):
    for given in (
        {"accelerator.memory_bandwidth": "x2"},
        {"accelerator": {"peak": {"fp16": 1e15}, "memory_bandwidth": 1e12}},
    ):
        assert valid(document, "roofline.Inputs", given)
    for wrong in ({"accelerator.memory_bandwidth": -1}, {"accelerator": {"peak": {"fp16": 1e15}}}, {"batch_size": 0.5}):
        assert not valid(document, "roofline.Inputs", wrong)


def test_the_document_is_sent_with_an_etag_and_not_again(client):
    first = client.get("/api/v1/openapi.json")
    assert first["Content-Type"] == "application/json" and first.json()["openapi"] == "3.1.0"
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    assert client.post("/api/v1/openapi.json").status_code == 405


def test_operations_have_different_names_and_paths():
    assert len({each.name for each in OPERATIONS}) == len({(each.method, each.path) for each in OPERATIONS})
    assert len({each.name for each in OPERATIONS}) == len(OPERATIONS)


def test_operations_of_the_catalog_and_of_solvers_take_a_course_and_others_do_not(document):
    def takes(path, method="get"):
        told = document["paths"][path][method]
        return "course" in {each["name"] for each in told["parameters"]} and "404" in told["responses"]

    for path in ("/catalog", "/catalog/accelerators", "/catalog/nodes/{slug}", "/solve/roofline", "/solve/system"):
        assert takes(path), path
    assert takes("/solve/roofline", "post") and takes("/sweep/roofline", "post") and takes("/searches", "post")
    assert not takes("/scenarios") and not takes("/solvers")
