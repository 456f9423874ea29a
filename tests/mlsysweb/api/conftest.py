"""Accounts, tokens and requests for the tests of the API."""

import json

import pytest
from django.test import Client

from mlsysweb.api.models import ApiToken
from mlsysweb.api.operation import Scope
from tests.mlsysweb.people import ada, cleo, course, somebody

__all__ = ["ada", "cleo", "course", "somebody"]


def token_of(person, *scopes, days=30):
    """Return the secret of a new token of a person, with all scopes by default."""
    return ApiToken.make(person.user.pk, "tests", tuple(Scope(each) for each in scopes) or tuple(Scope), days)[1]


def ask(method, path, body=None, token="", client=None, **headers):
    """Return the response of the API to a request with a JSON body, of a client without a session by default."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return (client or Client()).generic(method, f"/api/v1/{path}", headers=headers, **data)


@pytest.fixture
def token(ada):
    return token_of(ada)


@pytest.fixture
def scenario(token):
    """A private scenario of Ada, as it was created."""
    body = {"solver": "roofline", "inputs": {"batch_size": 148}, "title": "Batch", "visibility": "private"}
    return ask("POST", "scenarios", body, token).json()
