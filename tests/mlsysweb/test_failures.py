"""The response when a view fails: JSON from the API, a page elsewhere, both without details of the error."""

import pytest
from django.test import Client


def broken(*args):
    raise RuntimeError("a defect")


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr("mlsysweb.api.operations.solving.answer", broken)
    monkeypatch.setattr("mlsysweb.pages.walls.views.answer", broken)
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_api_answers_a_failure_in_json_of_the_shape_of_its_other_errors(client, method):
    answer = client.generic(method, "/api/v1/solve/roofline", "{}")
    assert answer.status_code == 500 and answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["errors"] == [told["error"]] and set(told["error"]) == {"field", "message"}
    assert "failed" in told["error"]["message"] and "a defect" not in answer.content.decode()


def test_a_page_that_fails_does_not_say_that_the_input_was_right(client):
    answer = client.get("/walls/roofline/")
    page = answer.content.decode()
    assert answer.status_code == 500 and answer["Content-Type"].startswith("text/html")
    assert "could not build this page" in page and "not your input" not in page
