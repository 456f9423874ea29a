"""Sends the participation of a class to the gradebook of its platform (Assignment and Grade Services 2.0)."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from django.db.models import Count

from mlsysweb.classroom.models import ClassSession, StudentAnswer

from .deep_link import MOST_SCORE
from .keys import signed
from .models import Platform, PlatformLink, PlatformStudent, new_secret
from .token import SCORE_SCOPE

_TIMEOUT, _AT_A_TIME, _VALID = 10, 8, 300
_SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"


class GradeError(ValueError):
    """Grades that cannot be sent; the message is a sentence."""


@dataclass(frozen=True)
class SentGrades:
    """How many grades were sent, how many were there already, and how many failed."""

    sent: int
    unchanged: int
    failed: int


def participation(session: ClassSession) -> dict[int, float]:
    """Return the share of the questions of a class that each participant answered, from 0 to 1, by participant. A
    question counts once anyone has answered it. Empty without answers."""
    answers = StudentAnswer.objects.filter(participant__session=session)
    asked = answers.values("frame").distinct().count()
    if not asked:
        return {}
    counts = session.participants.annotate(answered=Count("answers__frame", distinct=True))
    return {each.pk: each.answered / asked for each in counts}


def send_grades(link: PlatformLink) -> SentGrades:
    """Send the participation of every student of a link's class whose score the platform does not have. Raise
    GradeError."""
    if link.session is None:
        raise GradeError("No class has been held with this link yet.")
    if not link.line_item:
        raise GradeError("The learning platform offers no column in its gradebook for this link.")
    shares = participation(link.session)
    if not shares:
        raise GradeError("The class has answered no question yet.")
    students = list(PlatformStudent.objects.filter(link=link, participant__session=link.session))
    scores = {each.pk: round(MOST_SCORE * shares[each.participant_id], 1) for each in students}
    due = [each for each in students if each.sent != scores[each.pk]]
    if not due:
        return SentGrades(0, len(students), 0)
    send = _sender(link.platform, link.line_item)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        done = list(pool.map(lambda each: send(each.user, scores[each.pk]), due))
    for student, accepted in zip(due, done, strict=True):
        if accepted:
            student.sent = scores[student.pk]
            student.save(update_fields=["sent"])
    return SentGrades(sum(done), len(students) - len(due), len(done) - sum(done))


def _sender(platform: Platform, line_item: str) -> Callable[[str, float], bool]:
    """Return a function that sends a score of a user and returns whether it was accepted. Raise GradeError."""
    token = _access_token(platform)
    parts = urlsplit(line_item)
    address = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores"))

    def send(user: str, score: float) -> bool:
        body = {
            "userId": user,
            "scoreGiven": score,
            "scoreMaximum": MOST_SCORE,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": datetime.now(UTC).isoformat(),
        }
        headers = {"Authorization": f"Bearer {token}", "Content-Type": _SCORE_TYPE}
        try:
            _post(address, json.dumps(body).encode(), headers)
        except (OSError, ValueError):
            return False
        return True

    return send


def _access_token(platform: Platform) -> str:
    """Return a token that allows to send scores. Raise GradeError."""
    now = int(time.time())
    claims = {
        "iss": platform.client_id,
        "sub": platform.client_id,
        "aud": platform.token_audience or platform.token_url,
        "iat": now,
        "exp": now + _VALID,
        "jti": new_secret(),
    }
    fields = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed(claims),
        "scope": SCORE_SCOPE,
    }
    try:
        given: Any = json.loads(_post(platform.token_url, urlencode(fields).encode(), {}))
        return str(given["access_token"])
    except (OSError, URLError, ValueError, KeyError, TypeError):
        raise GradeError("The learning platform gives no access to its gradebook now. Try again later.") from None


def _post(address: str, body: bytes, headers: dict[str, str]) -> bytes:
    """Return the body of the response. Raise OSError for a status from 400 on, ValueError for a wrong address."""
    if not address.startswith(("https://", "http://")):
        raise ValueError("not an address of the web")
    with urlopen(Request(address, body, headers), timeout=_TIMEOUT) as response:
        data: bytes = response.read()
    return data
