"""The page that a pasted link means: of this site, and of a saved scenario the live page with its inputs."""

from __future__ import annotations

import re

from django.http import HttpRequest

from mlsysweb.saved.scenarios.models import Scenario
from mlsysweb.saved.scenarios.people import may_see

from .figures import opened
from .pasted_page import PastedPage
from .questions.question import FigureError

_SAVED = re.compile(r"/s/([-\w]{1,16})/(?:v/(\d{1,9})/)?(?:\?.*)?", re.ASCII)
_LONGEST = 2000


def pasted_page(request: HttpRequest, link: str) -> PastedPage:
    """Return the page at a link, for a saved scenario that of its inputs."""
    link = link.strip()
    if not link:
        return PastedPage("", {}, "Give the address of a page on this site, such as /walls/roofline/?batch_size=8.")
    host = f"{request.scheme}://{request.get_host()}"
    if len(link) > _LONGEST:
        return PastedPage(link[:_LONGEST], {}, f"The address has {len(link):,} characters; {_LONGEST:,} is the most.")
    address = _live_address(request, link.removeprefix(host))
    try:
        answer = opened(address)
    except FigureError as bad:
        return PastedPage(address, {}, f"The address {bad}")
    return PastedPage(address, answer.cards, "", answer.inputs)


def _live_address(request: HttpRequest, link: str) -> str:
    """Return the address of the live page with the inputs of a saved scenario; another link as it is."""
    match = _SAVED.fullmatch(link)
    scenario = Scenario.objects.filter(pk=match[1], deleted=None).first() if match else None
    if match is None or scenario is None or not may_see(request, scenario):
        return link
    version = scenario.versions.filter(number=match[2]).first() if match[2] else scenario.latest
    return version.address if version else link
