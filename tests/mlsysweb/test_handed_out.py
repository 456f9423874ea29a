"""Every address of an earlier version still works, with its question."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

pytestmark = pytest.mark.usefixtures("catalog")

LINES = (Path(__file__).parent / "handed_out.txt").read_text().splitlines()
ADDRESSES = [line for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_handed_out_before_still_answers_its_question(address):
    response = Client().get(address, follow=True)
    assert response.status_code == 200
    asked = parse_qsl(urlsplit(address).query)
    reached = response.request["QUERY_STRING"]
    assert parse_qsl(reached) == asked
