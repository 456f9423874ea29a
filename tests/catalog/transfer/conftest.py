"""Files for the import tests."""

import io

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from openpyxl import Workbook

from catalog.models import Accelerator

from ..conftest import ada, as_ada

__all__ = ["ada", "as_ada"]

START = "/admin/catalog/accelerator/import/"


def workbook(*rows):
    """Return an XLSX file with these rows."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def lines(*rows):
    """Return a CSV file with these lines."""
    return "\n".join(rows).encode()


def upload(client, data, name="chips.csv", start=START, **more):
    """Send a file, or a text as if it were pasted; return the response of the page it leads to."""
    if isinstance(data, str):
        return client.post(start, {"pasted": data}, follow=True, **more)
    file = io.BytesIO(data)
    file.name = name
    return client.post(start, {"file": file}, follow=True, **more)


def act(client, response, do, **typed):
    """Press a button of the preview page."""
    fields = {"do": do, "fingerprint": getattr(response.context["page"], "fingerprint", ""), **typed}
    return client.post(response.request["PATH_INFO"], fields, follow=True)


def said(response):
    """Return the messages of a page."""
    return [str(message) for message in response.context["messages"]]


def editor(*rights):
    """Return the client of a member of staff with these rights, such as `change_accelerator`."""
    user = User.objects.create_user("grace", password="a long one", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def h100(catalog):
    return lambda: Accelerator.objects.get(slug="h100-sxm5-80gb")
