"""Presents the gallery of a session to one reader: a student, the projector or the instructor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count
from django.urls import reverse

from mlsysweb.classroom.live.store import takes_designs
from mlsysweb.classroom.models import ClassSession, GalleryView, Participant, Submission
from mlsysweb.show.results.page import Card, Link

from .chart import designs_figure
from .designs import VOTES, ClassDesign, class_front, cost_figure, figure_names, places, ranked
from .page import Gallery, GalleryChoice, GalleryEntry, GallerySettings, VoteView
from .store import designs_of, view_of, voted_for

_FIGURES = 6
# Drawn against cost unless the instructor picks another: the first of these that a design has.
_USUALLY_DRAWN = ("carbon", "ttft")


def gallery(session: ClassSession, participant: Participant | None = None, *, host: bool = False) -> Gallery | None:
    """Return the gallery for a participant, the projector or, with `host`, the instructor, who sees all names and
    votes. None before a design is handed in."""
    designs = designs_of(session)
    if not designs:
        return None
    view, labels = view_of(session), figure_names(designs)
    by = view.ranked_by if view.ranked_by in labels or view.ranked_by == VOTES else ""
    order = ranked(designs, by, view.highest_first)
    x = cost_figure(designs)
    y = _drawn(view, labels, x)
    best = {each.number for each in class_front(designs, x, y)} if x and y else set()
    hidden = view.names_hidden and not host
    shown = [_nameless(each) for each in order] if hidden else order
    votes = _votes(session, order, participant, counted=host or by == VOTES or session.ended is not None)
    entries = tuple(
        _entry(each, place, by, each.number in best, votes[each.number])
        for each, place in zip(shown, places(order, by), strict=True)
    )
    own = participant.seat + 1 if participant else None
    figure = designs_figure(shown, x, y, own) if x and y else None
    settings = _settings(session, view, labels, x, by, y) if host else None
    return Gallery(entries, _order(by, labels, view.highest_first), figure, settings)


def _nameless(design: ClassDesign) -> ClassDesign:
    return ClassDesign(**{**vars(design), "who": ""})


def _drawn(view: GalleryView, labels: Mapping[str, str], x: str) -> str:
    wanted = (view.drawn, *_USUALLY_DRAWN, *labels)
    return next((name for name in wanted if name in labels and name != x), "")


def _entry(design: ClassDesign, place: int | None, by: str, on_front: bool, vote: VoteView) -> GalleryEntry:
    cards = list(design.figures.values())
    compared: Card | None = design.figures.get(by)
    return GalleryEntry(
        number=design.number,
        place=place,
        who=design.who,
        scenario=Link(design.title, design.url),
        verdict=design.verdict,
        kind=design.state,
        figures=tuple(card for card in cards[:_FIGURES] if card is not compared),
        ranked=compared,
        mark="Pareto front" if on_front else "",
        vote=vote,
    )


def _votes(
    session: ClassSession, designs: Sequence[ClassDesign], participant: Participant | None, *, counted: bool
) -> dict[int, VoteView]:
    given = voted_for(participant) if participant else set()
    action = reverse("live:vote", args=[session.code]) if participant and takes_designs(session) else ""
    own = participant.seat + 1 if participant else None
    return {
        each.number: VoteView(
            number=each.number,
            action=action,
            voted=each.number in given,
            own=each.number == own,
            count=str(each.votes) if counted else None,
        )
        for each in designs
    }


def vote_view(session: ClassSession, participant: Participant, number: int, error: str = "") -> VoteView:
    """Return the vote of a participant for the design of a number, after it was sent."""
    counted = view_of(session).ranked_by == VOTES
    votes = Submission.objects.filter(participant__session=session, participant__seat=number - 1)
    return VoteView(
        number=number,
        action=reverse("live:vote", args=[session.code]) if takes_designs(session) else "",
        voted=number in voted_for(participant),
        own=participant.seat + 1 == number,
        count=str(votes.aggregate(votes=Count("votes"))["votes"]) if counted else None,
        error=error,
    )


def _order(by: str, labels: Mapping[str, str], highest_first: bool) -> str:
    if not by:
        return "In the order of joining."
    if by == VOTES:
        return "Ranked by votes."
    return f"Ranked by {labels[by]}, {'highest' if highest_first else 'lowest'} first."


def _settings(
    session: ClassSession, view: GalleryView, labels: Mapping[str, str], x: str, by: str, y: str
) -> GallerySettings:
    rankings = {"": "order of joining", VOTES: "votes", **labels}
    return GallerySettings(
        action=reverse("live:gallery", args=[session.host_key]),
        rankings=tuple(GalleryChoice(name, label, name == by) for name, label in rankings.items()),
        drawn=tuple(GalleryChoice(name, label, name == y) for name, label in labels.items() if name != x),
        highest_first=view.highest_first,
        names_hidden=view.names_hidden,
    )
