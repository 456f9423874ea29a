"""Markup in any stored text stays text on every page, fragment, card and export that shows it."""

import re
from collections import Counter, deque
from itertools import chain
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.stored_text import BY_USE, SHORTER, breaches, hostile_site, is_refused, screens, text_fields

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

# How many pages of one route are visited, without and with a query: the rows of a table, walls, forms of the admin.
_OF_A_ROUTE = 2
_OF_QUERIES = 1
_LINK = re.compile(r'(?:href|src|hx-get|data-url|action)="([^"#]+)')


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/html", "<p>{}</p>"),
        ("text/html", '<p title="{}"></p>'),
        ("text/html", "<p title='{}'></p>"),
        ("text/html", '<script type="application/json">["</script><xss-7>"]</script>'),
        ("text/html", '<a href="javascript:xss=7">a</a>'),
        ("text/html", '<b onclick="xss=7">a</b>'),
        ("image/svg+xml", "<svg><xss-7/></svg>"),
        ("text/csv", '"=1+1",2'),
    ],
)
def test_the_search_for_breaches_finds_them(kind, content):
    assert breaches(kind, content.replace("{}", SHORTER).encode())


def test_every_text_field_is_tried_or_cannot_hold_markup():
    labels = {label for label, _, _ in text_fields()}
    assert labels >= BY_USE and len([label for label in labels if not is_refused(label)]) > 70


def test_markup_in_any_stored_text_stays_text_wherever_it_is_shown():
    client, student, seeds, session = hostile_site()
    found, shown, counts = [], Counter(), Counter()
    visits = chain(
        _visited(client, ["/", "/admin/", *seeds]),
        _visited(Client(), ["/", *seeds]),
        _visited(student, ["/class/"]),
        _class_visits(client, student, session),
    )
    for address, answer in visits:
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        counts[answer.status_code] += 1
        assert answer.status_code < 500, address
        shown[address.split("/")[1]] += b"xss-7" in content
        found += [(address, breach) for breach in breaches(answer.headers.get("Content-Type", ""), content)[:3]]
    assert not found
    assert counts[200] > 300
    tried = {name for name, count in shown.items() if count}
    assert tried >= {"catalog", "walls", "system", "s", "admin", "courses", "claims", "lessons", "class", "api"}, tried


def _class_visits(client, student, session):
    """Yield the pages of a class at each of its screens and phases, of presenter, projector and student."""
    code, key = session.code, session.host_key
    for frame, phase in screens(session):
        for visitor, address in (
            (client, f"/class/host/{key}/"),
            (client, f"/class/host/{key}/results/"),
            (client, f"/class/host/{key}/results.csv"),
            (client, f"/class/{code}/projector/"),
            (student, f"/class/{code}/"),
            (student, f"/class/{code}/screen/"),
            (student, f"/class/{code}/journey/"),
        ):
            yield f"{address} ({frame}, {phase})", visitor.get(address)


def _visited(client, starts):
    """Yield the addresses that links lead to from `starts`, a few of each route, with their responses; also as the
    fragment that htmx asks for."""
    waiting, seen, counts = deque(starts), set(), Counter()
    while waiting:
        address = waiting.popleft()
        parts = urlsplit(address)
        if address in seen or parts.netloc or not address.startswith("/") or "logout" in address:
            continue
        seen.add(address)
        try:
            route = resolve(parts.path).route
        except Resolver404:
            continue
        given = address in starts
        asked = "?" if parts.query else ""
        if counts[route + asked] >= (_OF_QUERIES if asked else _OF_A_ROUTE) and not given:
            continue
        counts[route + asked] += 1
        answer = client.get(address)
        yield address, answer
        if answer.status_code in (301, 302):
            waiting.append(urljoin(address, answer["Location"]))
        elif "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            text = answer.content.decode()
            waiting.extend(urljoin(address, link.replace("&amp;", "&")) for link in _LINK.findall(text))
            if "hx-get" in text and not parts.path.startswith("/admin"):
                yield f"{address} (fragment)", client.get(address, headers={"HX-Request": "true"})
