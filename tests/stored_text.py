"""Text that becomes markup where a page fails to escape it, stored in every text field of the site's tables."""

import csv
import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import urlencode
from xml.etree import ElementTree

from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db.models import CharField, F, JSONField, TextField, Value
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import TABLES, Accelerator, CatalogImport, CourseRow, Model
from catalog.models.history import editing
from mlsysweb.api.models import ApiToken, digest_of
from mlsysweb.classroom.lessons.document import read_lesson
from mlsysweb.classroom.live import store
from mlsysweb.classroom.models import (
    AuthoredClaim,
    AuthoredLesson,
    ClassSession,
    Participant,
    SessionPhase,
    StudentAnswer,
)
from mlsysweb.courses.catalog_store import add_row, change_row
from mlsysweb.courses.store import create_course
from mlsysweb.explore.models import Job
from mlsysweb.lti.models import Platform, PlatformLink
from mlsysweb.saved.scenarios.models import Scenario, Tag
from tests.mlsysweb.classroom.lesson import WALL, lesson_document

# The first character makes a spreadsheet compute it, the quotes end an attribute, the next tag a script. A page that
# fails to escape it has an element `xss-7`, or in a browser an image whose handler runs.
HOSTILE = "=\"'></script><xss-7><img src=x onerror=xss=7>"
SHORT = "=\"'></script><xss-7>"
SHORTER = "\"'><xss-7>"
MARKDOWN = f"{HOSTILE} [a](javascript:xss=7) ![b](data:text/html,x) <javascript:xss=7>"
LINK = "https://example.org/\"'><xss-7>"

# Text fields that cannot hold such text, and why.
REFUSED = {
    "slug": "letters, digits, hyphens and dots",
    "former_slugs": "slugs",
    "overrides": "names of columns",
    "table": "the name of a table",
    "token": "made by the site",
    "session": "made by the site",
    "key": "made by the site",
    "edit_key": "made by the site",
    "join_key": "made by the site",
    "host_key": "made by the site",
    "code": "made by the site",
    "id": "made by the site",
    "digest": "made by the site",
    "beginning": "made by the site",
    "worker": "made by the site",
    "scopes": "chosen from three",
    "source_date": "digits and hyphens",
    "scenarios.Scenario.path": "the path of a page of the site",
    "scenarios.Scenario.solver": "the name of a wall",
    "scenarios.Version.solver_version": "the version of a wall",
    "classroom.AuthoredClaim.link": "the address of a page of the site, read as one",
    "classroom.AuthoredClaim.output": "the name of an output of a wall",
    "classroom.AuthoredClaim.unit": "a unit, read as one",
    "classroom.AuthoredClaim.shown": "a unit, read as one",
    "classroom.AuthoredClaim.compare": "chosen from a list",
    "classroom.AuthoredClaim.condition_link": "the address of a page of the site, read as one",
    "classroom.StudentAnswer.frame": "the slug of a frame",
    "classroom.GalleryView.ranked_by": "the name of an output",
    "classroom.GalleryView.drawn": "the name of an output",
    "lti.PlatformLink.lesson": "the slug of a lesson",
    "lti.Platform.auth_url": "an address, checked",
    "lti.Platform.token_url": "an address, checked",
    "lti.Platform.key_set_url": "an address, checked",
}
# Stored by the flows below, whose texts are hostile themselves.
BY_USE = {
    "catalog.RowRevision.changes",
    "catalog.RowRevision.values",
    "catalog.RowRevision.reason",
    "catalog.CourseRow.values",
    "catalog.CourseRow.source",
    "catalog.CatalogImport.sheet",
    "catalog.CatalogImport.written",
    "scenarios.Version.question",
    "scenarios.Version.snapshot",
    "scenarios.Version.result",
    "scenarios.Version.said",
    "explore.Job.query",
    "explore.Job.snapshot",
    "classroom.ClassSession.lesson",
    "classroom.AuthoredLesson.document",
    "classroom.StudentAnswer.value",
    "lti.Launch.state",
    "lti.Launch.nonce",
    "lti.Launch.ticket",
    "lti.Launch.claims",
    "lti.PlatformStudent.user",
}
_OURS = {"catalog", "scenarios", "explore", "api", "classroom", "courses", "lti"}
# Texts of a lesson's document; its other strings are slugs, links, units and names of outputs.
_LESSON_TEXTS = {"title", "summary", "text", "notes", "prompt", "explanation", "why", "label", "slide", "name"}


def text_fields():
    """Yield each text field of the site's own tables with its label, such as `courses.Course.name`."""
    for table in apps.get_models():
        if table._meta.app_label in _OURS:
            for field in table._meta.concrete_fields:
                if isinstance(field, CharField | TextField | JSONField) and not field.choices:
                    yield f"{table._meta.label}.{field.name}", table, field


def is_refused(label):
    return label in REFUSED or label.rsplit(".", 1)[1] in REFUSED


def hostile_for(field):
    """Return the hostile text that a field has room for, with six characters left for a number."""
    if field.name in ("note", "notes", "remark"):
        return MARKDOWN[: (field.max_length or 9999) - 6]
    if field.name.endswith("url"):
        return LINK
    room = (field.max_length or 9999) - 6
    return next((text for text in (HOSTILE, SHORT, SHORTER) if len(text) <= room), SHORTER[: field.max_length])


def fill(*tables):
    """Store hostile text in all text fields of all rows of these tables, apart from those that refuse it."""
    for label, table, field in text_fields():
        if table in tables and not is_refused(label) and label not in BY_USE and not isinstance(field, JSONField):
            text = Value(hostile_for(field))
            numbered = Concat(text, Value(" "), Cast(F("pk"), CharField()))
            fits = len(hostile_for(field)) + 6 <= (field.max_length or 9999)
            short = isinstance(table._meta.pk, CharField)
            table.objects.update(**{field.name: numbered if fits and not short else text})


def hostile_site():
    """Store hostile text in every field: in the catalog first, then in all that is made of it. Return the client of the
    administrator who owns everything, that of a student in class, addresses that no page leads
    to, and the class."""
    ada = User.objects.create_superuser("ada", first_name=HOSTILE[:150], last_name=SHORT)
    client = _client(ada)
    fill(*TABLES)
    told = {"method": "estimated", "source": HOSTILE, "url": LINK, "date": "2026", "note": MARKDOWN}
    for table in TABLES:
        row = table.objects.order_by("pk").first()
        figure = next(name for name, value in row.figures().items() if isinstance(value, float) and value == value)
        row.figure_sources = {figure: told}
        with editing(ada, HOSTILE):
            row.note += "!"
            row.save()
    Group.objects.create(name=HOSTILE)
    course = create_course(ada, HOSTILE[:74], SHORT)
    source = {"source": HOSTILE, "source_url": LINK, "source_date": "2026", "note": MARKDOWN, "verified": "no"}
    add_row(course, Accelerator, {"name": HOSTILE, "vendor": SHORT, "tier": "edge", "tdp": 5.0, **source})
    changed = Accelerator.objects.order_by("pk")[1].slug
    change_row(course, Accelerator, changed, {"tdp": 5.0, "note": MARKDOWN}, HOSTILE)
    CourseRow.objects.filter(source="").update(source=HOSTILE)
    _upload(client, ada)
    saved = _saved(client, course)
    document = _hostile(lesson_document())
    lesson = AuthoredLesson.objects.create(title=HOSTILE, document=document, owner=ada)
    claim = {
        "link": "/walls/serving/",
        "output": "itl",
        "value": 0.007,
        "unit": "s",
        "shown": "ms",
        "condition_link": "/walls/serving/?gpus=2",
    }
    for shared in (True, False):
        AuthoredClaim.objects.create(owner=ada, shared=shared, **claim)
    ApiToken.objects.create(owner=ada, digest=digest_of("x"), scopes=["read"], expires=timezone.now())
    session, student = _class(ada, saved[0])
    platform = Platform.objects.create()
    PlatformLink.objects.create(platform=platform, session=session)
    Job.objects.create(key="x", query="walls=roofline", snapshot={}, size=1, error=HOSTILE, owner=ada)
    fill(*(table for _, table, _ in text_fields() if table not in TABLES))
    compared = ",".join(link.split("/")[2] for link in saved[:2])
    seeds = [
        f"/s/compare/?of={compared}",
        f"/class/host/{session.host_key}/",
        f"/class/host/{session.host_key}/results/",
        f"/class/{session.code}/projector/",
        f"/lessons/mine/{lesson.id}/",
        f"/claims/mine/{AuthoredClaim.objects.first().id}/edit/",
        f"/courses/join/{course.join_key}/",
        f"/courses/{course.pk}/catalog/accelerator/{changed}/history/".replace("accelerator/", "accelerators/"),
        *(f"{link}v/1/drift/" for link in saved),
        *(f"/api/v1/{path}" for path in ("catalog", "catalog/accelerators", f"catalog/accelerators/{changed}")),
        f"/api/v1/scenarios/{saved[0].split('/')[2]}",
        *(f"/api/v1/{path}" for path in ("scenarios", "solvers", "solvers/roofline")),
        *(f"{link}{page}" for link in saved for page in ("", "print/", "embed/", "qr/", "export/json/", "export/csv/")),
    ]
    return client, student, seeds, session


def _client(user):
    client = Client()
    client.force_login(user)
    return client


def _upload(client, ada):
    """Upload a file with hostile cells, one import that is previewed and one that was written."""
    start = reverse("admin:catalog_accelerator_import")
    cells = f'"{SHORT.replace(chr(34), chr(34) * 2)}"'
    client.post(
        start, {"pasted": f"slug,note,tdp [W],tier\nt4,{cells},{cells},{cells}\nv100-sxm2-32gb,{cells},1,cloud"}
    )
    client.post(start, {"pasted": f"slug,{cells}\nt4,{cells}"})
    previewed = client.post(start, {"pasted": f"slug,memory_kind\nt4,{cells}"}, follow=True)
    sent = {"do": "write", "fingerprint": previewed.context["page"].fingerprint}
    client.post(previewed.request["PATH_INFO"], sent)
    assert CatalogImport.objects.filter(written_at__isnull=False).count() == 1


def _saved(client, course):
    """Save pages made of hostile rows, with hostile titles, notes and tags; return their paths."""
    model, chip = Model.objects.get(slug="llama-3-8b").slug, "h100-sxm5-80gb"
    pages = (
        f"/walls/roofline/?{urlencode({'model': model, 'accelerator': chip, 'also': 'mi300x'})}",
        "/walls/roofline/?batch_size=148",
        f"/system/?accelerator={chip}",
        "/hardware-match/",
        "/geography/",
        "/uncertainty/?solver=serving",
    )
    links = [r["Location"] for r in (client.post("/s/save/", {"page": page}) for page in pages) if r.status_code == 302]
    assert len(links) >= 4
    Scenario.objects.update(group=course.group_id, visibility="class")
    tag = Tag.objects.create(name=SHORT)
    for scenario in Scenario.objects.all():
        scenario.tags.add(tag)
    return links


def _class(ada, design):
    """Hold a class with a hostile lesson; return it, and the client of a student who answered and handed in."""
    document = lesson_document()
    document["frames"].append({"slug": "wall", "title": "Your wall", "question": WALL})
    session = store.create_session(read_lesson(_hostile(document)), AnonymousUser())
    student = Client()
    assert student.post(reverse("live:join", args=[session.code]), {"name": SHORT}).status_code == 302
    session.frame, session.phase, session.owner = 2, SessionPhase.REVEALED, ada
    session.save()
    ben = Participant.objects.get(session=session)
    named = {"wall": 1, "system": HOSTILE, "change": HOSTILE}
    StudentAnswer.objects.create(participant=ben, frame="wall", round=1, value=named)
    store.hand_in(ben, Scenario.objects.get(pk=design.split("/")[2]))
    return session, student


def screens(session):
    """Yield each screen and phase of a class once it is shown, to visit its pages."""
    for frame in range(4):
        for phase in SessionPhase:
            ClassSession.objects.filter(pk=session.pk).update(frame=frame, phase=phase, number=F("number") + 1)
            yield frame, phase


def _hostile(told, key=""):
    """Return a document of a lesson with hostile text in place of its texts."""
    if isinstance(told, dict):
        return {name: _hostile(value, name) for name, value in told.items()}
    if isinstance(told, list):
        return [_hostile(value, key) for value in told]
    if not isinstance(told, str) or key not in _LESSON_TEXTS:
        return told
    return MARKDOWN if key in ("text", "notes", "prompt", "explanation") else HOSTILE


class _Markup(HTMLParser):
    """Collects what hostile text became: elements and attributes that no template has, and addresses that are code."""

    def __init__(self):
        super().__init__()
        self.found, self.data, self.inside = [], [], False

    def handle_starttag(self, tag, attributes):
        self.inside = tag == "script" and dict(attributes).get("type") == "application/json"
        if self.inside:
            self.data.append("")
        if tag == "xss-7" or (tag == "img" and ("src", "x") in attributes):
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            if not re.fullmatch(r"[a-z][a-z0-9:_.-]*", name) or name.startswith(("on", "hx-on")):
                self.found.append(f"<{tag} {name}={value}>")
            code = re.match(r"\s*(javascript|vbscript|data:text)", value or "", re.I)
            if name in ("href", "src", "action", "formaction", "xlink:href") and code:
                self.found.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "script"

    def handle_data(self, data):
        if self.inside:
            self.data[-1] += data


def breaches(kind, content):
    """Return what hostile text became in a response of this content type; an empty list if it stayed text."""
    if kind.startswith("text/html"):
        read = _Markup()
        read.feed(content.decode())
        return read.found + [data[:200] for data in read.data if not _is_json(data)]
    if kind.startswith("image/svg"):
        return [each.tag for each in ElementTree.fromstring(content).iter() if "xss" in each.tag]
    if kind.startswith("text/csv"):
        cells = [cell for line in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in line]
        return [cell for cell in cells if re.match(r"\s*[=+@]|-\D", cell)]
    return [content[:200]] if "json" in kind and not _is_json(content) else []


def _is_json(text):
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
