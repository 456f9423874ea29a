"""The rows of launches whose term has passed, for `manage.py prune`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from mlsysweb.saved.scenarios.prune import Expired

from .models import Launch


def expired_rows(now: datetime) -> Iterator[Expired]:
    """Yield launches that were begun more than a day ago and never finished."""
    yield Expired("unfinished launches of learning platforms", Launch.objects.filter(begun__lt=now - timedelta(days=1)))
