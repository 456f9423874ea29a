"""Template context of live sessions."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.classroom.lessons.page import FrameContent, MarkView, QuestionView
from mlsysweb.classroom.questions.question import Group
from mlsysweb.show.results.page import Figure, Link

from .gallery.page import Gallery
from .tally import Change


@dataclass(frozen=True)
class JoinPage:
    """The form to join a session: its title and code, empty where none is known yet, and what was wrong."""

    title: str
    code: str
    name: str
    error: str


@dataclass(frozen=True)
class GroupBar:
    """One group of answers; `share` is its percentage of all answers."""

    label: str
    count: int
    share: int
    right: bool | None


@dataclass(frozen=True)
class RoundView:
    """The answers of one round: bars, how many, how many of them right, and the chart of the predictions."""

    round: int
    bars: tuple[GroupBar, ...]
    total: int
    right: int
    marked: int
    figure: Figure | None


@dataclass(frozen=True)
class Screen:
    """The screen of a session, of a student or of the projector. `rounds`, `computed` and `explanation` are empty
    before the answer is revealed. `variants` is the number of variants of the question. `gallery_number` changes with
    the entries of the gallery."""

    title: str
    code: str
    token: str
    frame: str
    phase: str
    round: int
    place: int
    count: int
    seconds_left: int | None
    content: FrameContent
    question: QuestionView | None
    variants: int
    computed: str
    explanation: str
    recorded: str
    mark: MarkView | None
    rounds: tuple[RoundView, ...]
    changes: tuple[Change, ...]
    answered: int
    joined: int
    ended: bool
    poll_url: str
    gallery: Gallery | None
    gallery_number: int
    can_hand_in: bool = False
    handed_in: Link | None = None
    error: str = ""


@dataclass(frozen=True)
class StudentPage:
    """A student's page: the screen and their personal link."""

    screen: Screen
    name: str
    personal_url: str
    journey_url: str


@dataclass(frozen=True)
class ProjectorPage:
    """The projector's page: the screen, the address at which the code is entered, and the QR code of the session."""

    screen: Screen
    join_address: str
    qr: str


@dataclass(frozen=True)
class Move:
    """A button of the presenter; `current` marks the screen that is shown."""

    name: str
    label: str
    current: bool = False


@dataclass(frozen=True)
class PresenterPage:
    """The presenter's page: moves, the list of screens (empty while none can be chosen), notes, what comes next, and
    the prompt and the answers that the class does not see yet."""

    screen: Screen
    token: str
    number: int
    moves: tuple[Move, ...]
    screens: tuple[Move, ...]
    notes: str
    prompt: str
    computed: str
    minutes: str
    following: str
    advice: str
    host_url: str
    projector_url: str
    results_url: str
    join_url: str
    error: str = ""


@dataclass(frozen=True)
class JourneyEntry:
    """One of a student's answers: the question, the round, the answer, and its mark once revealed."""

    frame: str
    round: int
    answer: str
    mark: MarkView | None


@dataclass(frozen=True)
class JourneyPage:
    """All answers of a student in a session."""

    title: str
    name: str
    entries: tuple[JourneyEntry, ...]
    handed_in: Link | None
    screen_url: str


@dataclass(frozen=True)
class QuestionResult:
    """The results of one question."""

    frame: str
    prompt: str
    computed: str
    rounds: tuple[RoundView, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class ResultsPage:
    """The results of a session."""

    title: str
    code: str
    joined: int
    questions: tuple[QuestionResult, ...]
    galleries: tuple[Gallery, ...]
    csv_url: str
    host_url: str


def bars(groups: tuple[Group, ...], total: int) -> tuple[GroupBar, ...]:
    """Return groups as bars."""
    return tuple(
        GroupBar(each.label, each.count, round(100 * each.count / total) if total else 0, each.right) for each in groups
    )
