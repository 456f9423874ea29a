"""Presents the gallery of a session to one reader: a student, the projector or the instructor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.urls import reverse
from django.utils.text import slugify

from mlsysweb.classroom.lessons.document import Frame
from mlsysweb.classroom.live.store import shows_gallery
from mlsysweb.classroom.models import ClassSession, DesignVote, GalleryView, Participant
from mlsysweb.show.results.page import Card
from solvers.field_text import to_field_text
from solvers.pipeline.wall_stages import main_solver
from solvers.taxonomy import WALLS

from .chart import designs_figure
from .constraint import AT_LEAST, GalleryConstraint, by_constraint, card_of, limit_unit
from .designs import VOTES, GalleryItem, class_front, cost_figure, figure_names, grouped, places, ranked
from .page import ConstraintSettings, Gallery, GalleryChoice, GalleryEntry, GalleryGroup, GallerySettings, VoteView
from .store import entry_of, entry_word, items_of, view_of, voted_for

_FIGURES = 6
# Drawn against cost unless the instructor picks another: the first of these that a design has.
_USUALLY_DRAWN = ("carbon", "ttft")


def gallery(
    session: ClassSession, frame: Frame, participant: Participant | None = None, *, host: bool = False
) -> Gallery | None:
    """Return the gallery of a frame for a participant, the projector or, with `host`, the instructor, who sees all
    names, votes and hidden entries. None for a frame without one, and before something is handed in. The class sees
    the walls it named without names."""
    if not (frame.hand_in or frame.names_walls):
        return None
    items = [each for each in items_of(session, frame) if host or not each.hidden]
    if not items:
        return None
    view, labels = view_of(session), figure_names(items)
    by = view.ranked_by if view.ranked_by in labels or view.ranked_by == VOTES else ""
    limited = _constraint(view, items)
    order = by_constraint(ranked(items, by, view.highest_first), limited)
    x = cost_figure(items)
    y = _drawn(view, labels, x)
    best = {each.number for each in class_front(items, x, y)} if x and y else set()
    nameless = not host and (view.names_hidden or not frame.hand_in)
    shown = [replace(each, who="") for each in order] if nameless else order
    counted = host or by == VOTES or session.ended is not None
    votes = _votes(session, frame, order, participant, counted=counted)
    missed = [limited.missed_by(each) if limited else "" for each in order]
    meeting = [each for each, sentence in zip(order, missed, strict=True) if not sentence]
    place_of = dict(zip((each.number for each in meeting), places(meeting, by), strict=True))
    entries = {
        each.number: _entry(
            each, place_of.get(each.number), by, each.number in best, votes[each.number], host, sentence
        )
        for each, sentence in zip(shown, missed, strict=True)
    }
    own = participant.seat + 1 if participant else None
    return Gallery(
        title="Designs handed in" if frame.hand_in else "Walls named by the class",
        frame=frame.slug,
        word=entry_word(frame),
        groups=tuple(
            GalleryGroup(title, _wall_url(title), tuple(entries[each.number] for each in members))
            for title, members in grouped(shown)
        ),
        count=len(entries),
        order=_constrained(limited, len(meeting), len(order))
        + (_order(by, labels, view.highest_first) if frame.hand_in else f"By wall. {_order(by, labels, True)}"),
        figure=designs_figure(shown, x, y, own) if x and y else None,
        settings=_settings(session, frame, view, items, x, by, y) if host else None,
    )


def _wall_url(label: str) -> str:
    """Return the page of a wall by its name; empty where it is none."""
    wall = next((wall for wall in WALLS if wall.label == label), None)
    return reverse("walls:wall", args=[main_solver(wall.number)]) if wall else ""


def _drawn(view: GalleryView, labels: Mapping[str, str], x: str) -> str:
    wanted = (view.drawn, *_USUALLY_DRAWN, *labels)
    return next((name for name in wanted if name in labels and name != x), "")


def _constraint(view: GalleryView, items: Sequence[GalleryItem]) -> GalleryConstraint | None:
    card = card_of(items, view.limited)
    return (
        GalleryConstraint(view.limited, card, view.limit_side, view.limit) if card and view.limit is not None else None
    )


def _constrained(limited: GalleryConstraint | None, meeting: int, count: int) -> str:
    return f"Constraint: {limited.words}, met by {meeting} of {count}. " if limited else ""


def _entry(
    item: GalleryItem, place: int | None, by: str, on_front: bool, vote: VoteView, host: bool, missed: str
) -> GalleryEntry:
    cards = list(item.figures.values())
    compared: Card | None = item.figures.get(by)
    return GalleryEntry(
        id=vote.id,
        number=item.number,
        place=place,
        who=item.who,
        title=item.title,
        url=item.url,
        verdict=item.verdict,
        kind=item.state,
        texts=item.texts,
        figures=tuple(card for card in cards[:_FIGURES] if card is not compared),
        ranked=compared,
        mark="Pareto front" if on_front else "",
        vote=vote,
        hidden=item.hidden if host else None,
        missed=missed,
    )


def _id(frame: Frame, number: int) -> str:
    """Return the id of an entry: a page of results may have the galleries of several frames."""
    return f"design-{number}" if frame.hand_in else f"{frame.slug}-{number}"


def _votes(
    session: ClassSession,
    frame: Frame,
    items: Sequence[GalleryItem],
    participant: Participant | None,
    *,
    counted: bool,
) -> dict[int, VoteView]:
    given = voted_for(participant, frame) if participant else set()
    action = _vote_action(session) if participant else ""
    own = participant.seat + 1 if participant else None
    return {
        each.number: VoteView(
            id=_id(frame, each.number),
            frame=frame.slug,
            word=entry_word(frame),
            number=each.number,
            action=action,
            voted=each.number in given,
            own=each.number == own,
            count=str(each.votes) if counted else None,
        )
        for each in items
    }


def _vote_action(session: ClassSession) -> str:
    votes = session.ended is None and shows_gallery(session)
    return reverse("live:vote", args=[session.code]) if votes else ""


def vote_view(session: ClassSession, frame: Frame, participant: Participant, number: int, error: str = "") -> VoteView:
    """Return the vote of a participant for the entry of a number, after it was sent."""
    counted = view_of(session).ranked_by == VOTES
    found = entry_of(session, frame, number) if counted else None
    votes = DesignVote.objects.filter(**{"submission" if frame.hand_in else "answer": found}) if found else None
    return VoteView(
        id=_id(frame, number),
        frame=frame.slug,
        word=entry_word(frame),
        number=number,
        action=_vote_action(session),
        voted=number in voted_for(participant, frame),
        own=participant.seat + 1 == number,
        count=None if votes is None else str(votes.count()),
        error=error,
    )


def _order(by: str, labels: Mapping[str, str], highest_first: bool) -> str:
    if not by:
        return "In the order of joining."
    if by == VOTES:
        return "Ranked by votes."
    return f"Ranked by {labels[by]}, {'highest' if highest_first else 'lowest'} first."


def _settings(
    session: ClassSession, frame: Frame, view: GalleryView, items: Sequence[GalleryItem], x: str, by: str, y: str
) -> GallerySettings:
    labels = figure_names(items)
    rankings = {"": "order of joining", VOTES: "votes", **labels}
    return GallerySettings(
        action=reverse("live:gallery", args=[session.host_key]),
        hide_action=reverse("live:hide", args=[session.host_key]),
        rankings=tuple(GalleryChoice(name, label, name == by) for name, label in rankings.items()),
        drawn=tuple(GalleryChoice(name, label, name == y) for name, label in labels.items() if name != x),
        highest_first=view.highest_first,
        names_hidden=view.names_hidden,
        names=frame.hand_in,
        directed=bool(labels),
        constraint=_constraint_settings(view, items, labels) if labels else None,
    )


def _constraint_settings(
    view: GalleryView, items: Sequence[GalleryItem], labels: Mapping[str, str]
) -> ConstraintSettings:
    card = card_of(items, view.limited)
    known = card is not None and view.limit is not None
    return ConstraintSettings(
        figures=tuple(
            GalleryChoice(name, label, name == view.limited) for name, label in {"": "none", **labels}.items()
        ),
        at_least=view.limit_side == AT_LEAST,
        limit=to_field_text(view.limit, card.unit, card.display_unit) if card and view.limit is not None else "",
        unit=limit_unit(card) if card else "",
        id=slugify(f"limit-{view.limited}-{view.limit if known else 'none'}") if card else "",
    )
