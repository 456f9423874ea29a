"""Template context of live sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mlsysweb.classroom.lessons.page import DemoView, FrameContent, MarkView, QuestionView
from mlsysweb.classroom.questions.question import Group
from mlsysweb.show.results.page import Figure, Link

from .gallery.page import Gallery
from .tally import Change

# Room on a projector: answers of a round, and kinds of change between rounds.
_MOST_BARS = 6
_MOST_CHANGES = 4


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

    @property
    def few_bars(self) -> tuple[GroupBar, ...]:
        """Return the bars for which a projector has room: the right and the largest ones, the others as one."""
        if len(self.bars) <= _MOST_BARS:
            return self.bars
        order = sorted(range(len(self.bars)), key=lambda place: not self.bars[place].right)
        kept = sorted(order[: _MOST_BARS - 1])
        count = self.total - sum(self.bars[place].count for place in kept)
        others = Group(f"{len(self.bars) - len(kept)} other answers", count, None)
        return (*(self.bars[place] for place in kept), *bars((others,), self.total))


@dataclass(frozen=True)
class Screen:
    """The screen of a session, of a student or of the projector. `rounds`, `computed` and `explanation` are empty
    before the answer is revealed. `variants` is the number of variants of the question; `asks` is true if the frame has
    one, also before the vote. `gallery_number` changes with the entries of the gallery. `shown` is the part that the
    projector shows, `blank` whether it is dark."""

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
    asks: bool
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
    shown: str = "screen"
    blank: bool = False

    @property
    def status(self) -> str:
        """Return a sentence that tells a student what the class does now."""
        if self.ended:
            return "The class has ended. Your answers are kept under “My answers”."
        if self.phase == "voting":
            return "Second vote is open: answer again." if self.round > 1 else "Voting is open: answer now."
        if self.phase == "closed" and self.round == 1:
            return "Voting is closed. Compare your answer with your neighbour's: a second vote may follow."
        if self.phase == "closed":
            return "Voting is closed. The answer comes next."
        if self.phase == "revealed":
            return "The answer is shown."
        if self.asks:
            return "A question comes next: it appears here when your instructor opens the vote."
        return "Nothing to answer here. This page follows the class by itself."

    @property
    def demo(self) -> tuple[DemoView, ...]:
        """Return the demo that the projector shows alone; empty if it shows something else."""
        return tuple(each for each in self.content.demos if self.shown == f"demo-{each.number + 1}")

    @property
    def few_changes(self) -> tuple[Change, ...]:
        """Return the most frequent changes, for which a projector has room; without those who kept their answer."""
        return self._moved[:_MOST_CHANGES]

    @property
    def further_changes(self) -> int:
        """Return how many students changed their answer in other ways than `few_changes`."""
        return sum(each.count for each in self._moved[_MOST_CHANGES:])

    @property
    def kept(self) -> int:
        """Return how many students gave the same answer in both rounds."""
        return sum(each.count for each in self.changes if each.before == each.after)

    @property
    def _moved(self) -> tuple[Change, ...]:
        return tuple(each for each in self.changes if each.before != each.after)

    @property
    def gallery_alone(self) -> bool:
        """Return whether the gallery is a part of its own on the projector: that of a question for a wall comes after
        its answers."""
        return bool(self.question) and not self.content.hand_in


@dataclass(frozen=True)
class StudentPage:
    """A student's page: the screen, their personal link and that of their answers."""

    screen: Screen
    name: str
    personal_url: str
    journey_url: str


@dataclass(frozen=True)
class EarlierScreen:
    """A screen that the class has left: its content, and the question where the class answered one."""

    content: FrameContent
    prompt: str
    computed: str
    explanation: str


@dataclass(frozen=True)
class EarlierPage:
    """The screens before the one a class is at, for a student who came late."""

    title: str
    screens: tuple[EarlierScreen, ...]
    screen_url: str


@dataclass(frozen=True)
class ProjectorPage:
    """The projector's page: the screen, the address at which the code is entered, and the QR code of the session."""

    screen: Screen
    join_address: str
    qr: str


@dataclass(frozen=True)
class Move:
    """A button of the presenter; `current` marks the screen that is shown, `key` names the key that presses it."""

    name: str
    label: str
    current: bool = False
    key: str = ""


@dataclass(frozen=True)
class PresenterPage:
    """The presenter's page: moves, the list of screens (empty while none can be chosen), notes, what comes next, and
    the prompt and the answers that the class does not see yet. `projection` are the moves of the projector alone,
    `projected` says what it shows. `on_screen` and `on_lesson` are the seconds since the class opened its screen and
    since the session began; `planned` are the minutes of the lesson up to the end of this screen."""

    screen: Screen
    token: str
    number: int
    moves: tuple[Move, ...]
    screens: tuple[Move, ...]
    notes: str
    prompt: str
    computed: str
    projection: tuple[Move, ...]
    projected: str
    on_screen: int
    on_lesson: int
    planned: str
    minutes: str
    following: str
    advice: str
    host_url: str
    projector_url: str
    results_url: str
    join_url: str
    error: str = ""


@dataclass(frozen=True)
class Sent:
    """How many answers, designs and votes were sent: by a class or by one student."""

    answers: int
    designs: int
    votes: int


@dataclass(frozen=True)
class FinishPage:
    """The page on which the host ends or deletes a session, with how many students joined and what they sent."""

    title: str
    code: str
    ended: bool
    joined: int
    sent: Sent
    host_url: str
    results_url: str


@dataclass(frozen=True)
class JourneyEntry:
    """One of a student's answers: the question, the round, the answer, and its mark once revealed."""

    frame: str
    round: int
    answer: str
    mark: MarkView | None


@dataclass(frozen=True)
class JourneyPage:
    """All answers of a student in a session; `sent` is what they sent, all of which they can delete."""

    title: str
    name: str
    entries: tuple[JourneyEntry, ...]
    handed_in: Link | None
    screen_url: str
    sent: Sent


@dataclass(frozen=True)
class HostedClass:
    """A class that this person or browser leads: when it began, where it is, and its links."""

    title: str
    code: str
    began: datetime
    place: str
    joined: int
    host: str
    results: str


@dataclass(frozen=True)
class HostedPage:
    """The classes of an instructor, the latest first. `signed_in` is false if this browser alone remembers them."""

    classes: tuple[HostedClass, ...]
    signed_in: bool


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
