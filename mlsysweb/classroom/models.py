from __future__ import annotations

import secrets
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from mlsysweb.saved.scenarios.ids import short_id
from mlsysweb.saved.scenarios.models import Scenario, Version

# No O and 0, no I and 1: a code is read from a projector and typed on a phone.
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 6


def new_code() -> str:
    """Return a new random code of a session."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def new_key() -> str:
    """Return a new secret key of 160 bits for a link."""
    return secrets.token_urlsafe(20)


class SessionPhase(models.TextChoices):
    """The activity of a session at its frame."""

    READING = "reading", "Reading"
    VOTING = "voting", "Voting"
    CLOSED = "closed", "Voting closed"
    REVEALED = "revealed", "Answer revealed"


class ClassSession(models.Model):
    """A lesson given to a class. Its phase is stored with a number that each change raises, so every screen is a
    function of the row. The host link lets an instructor lead it, the code lets students join."""

    id = models.CharField(primary_key=True, max_length=16, default=short_id, editable=False)
    code = models.CharField(max_length=CODE_LENGTH, unique=True, default=new_code)
    host_key = models.CharField(max_length=40, unique=True, default=new_key)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="class_sessions"
    )
    group = models.ForeignKey(
        Group,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="class_sessions",
        help_text="The course whose catalog the class sees; empty for the shared one.",
    )
    title = models.CharField(max_length=120)
    lesson = models.JSONField(help_text="The document of the lesson as it was when the session began.")
    frame = models.PositiveIntegerField(default=0)
    phase = models.CharField(max_length=10, choices=SessionPhase.choices, default=SessionPhase.READING)
    round = models.PositiveSmallIntegerField(default=1)
    number = models.PositiveIntegerField(default=1, help_text="Raised by each change of the phase.")
    gallery_number = models.PositiveIntegerField(
        default=0, help_text="Raised by each change of what a gallery shows: an entry handed in, hidden or shown again."
    )
    closes_at = models.DateTimeField(null=True, blank=True)
    shown = models.CharField(
        max_length=20,
        default="screen",
        help_text="What the projector shows: the screen, a part of it or how to join.",
    )
    blank = models.BooleanField(default=False, help_text="The projector is dark.")
    frame_since = models.DateTimeField(null=True, blank=True, help_text="When the class came to its frame.")
    created = models.DateTimeField(auto_now_add=True)
    ended = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"

    def phase_at(self, now: datetime) -> SessionPhase:
        """Return the phase: voting ends when its time is over, without a move of the presenter."""
        if self.phase == SessionPhase.VOTING and self.closes_at is not None and now >= self.closes_at:
            return SessionPhase.CLOSED
        return SessionPhase(self.phase)

    def token(self, now: datetime) -> str:
        """Return a text that changes whenever what students see does."""
        return f"{self.number}-{self.phase_at(now)}{'-ended' if self.ended else ''}"


class Participant(models.Model):
    """A student in a session: no account, a name if wished. The key is their personal link. `seat` counts from 0 in
    the order of joining and chooses the variant of each question."""

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="participants")
    key = models.CharField(max_length=40, unique=True, default=new_key)
    name = models.CharField(max_length=40, blank=True)
    seat = models.PositiveIntegerField()
    joined = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("seat",)
        constraints = [models.UniqueConstraint(fields=["session", "seat"], name="one_participant_per_seat")]

    def __str__(self) -> str:
        return self.name or f"Student {self.seat + 1}"


class StudentAnswer(models.Model):
    """The answer of a participant to the question of a frame in one round; sent again, it replaces the earlier one."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="answers")
    frame = models.CharField(max_length=60)
    round = models.PositiveSmallIntegerField()
    value = models.JSONField()
    hidden = models.BooleanField(default=False, help_text="The instructor does not show it to the class.")
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("frame", "round", "participant_id")
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "frame", "round"], name="one_answer_per_participant_and_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.participant}, {self.frame}, round {self.round}"


class Submission(models.Model):
    """A scenario that a participant handed in, one each: the version it had then. One handed in before versions were
    stored has none, and stands for the latest."""

    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="submission")
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="submissions")
    version = models.ForeignKey(Version, null=True, on_delete=models.CASCADE, related_name="submissions")
    hidden = models.BooleanField(default=False, help_text="The instructor does not show it to the class.")
    changed = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.participant}: {self.scenario}"


class DesignVote(models.Model):
    """The vote of a participant for an entry of a gallery that another handed in: a design, or the answer that names
    a wall."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="votes")
    submission = models.ForeignKey(Submission, null=True, on_delete=models.CASCADE, related_name="votes")
    answer = models.ForeignKey(StudentAnswer, null=True, on_delete=models.CASCADE, related_name="votes")
    sent = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "submission"], name="one_vote_per_participant_and_design"),
            models.UniqueConstraint(fields=["participant", "answer"], name="one_vote_per_participant_and_answer"),
            models.CheckConstraint(
                condition=models.Q(submission=None) ^ models.Q(answer=None), name="vote_for_a_design_or_an_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant} for {self.submission or self.answer}"


class GalleryView(models.Model):
    """How an instructor shows the galleries of a class: designs with names or without, ranked by a figure or by votes,
    which figure is drawn against cost, and the constraint that parts those that meet it from the others: a figure,
    empty for none, its side and a limit in SI, None until one is given. `ranked_by` is empty for the order of joining.
    """

    session = models.OneToOneField(ClassSession, on_delete=models.CASCADE, related_name="gallery_view")
    names_hidden = models.BooleanField(default=False)
    ranked_by = models.CharField(max_length=80, blank=True)
    highest_first = models.BooleanField(default=False)
    drawn = models.CharField(max_length=80, blank=True)
    limited = models.CharField(max_length=80, blank=True)
    limit_side = models.CharField(max_length=10, default="at-most")
    limit = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Gallery of {self.session}"


class AuthoredLesson(models.Model):
    """A lesson that a visitor wrote. Its document is of the form of the shipped lessons, and always valid. Anyone who
    has its link reads it; the owner, and browsers that opened the link with `edit_key`, change it."""

    id = models.CharField(primary_key=True, max_length=16, default=short_id, editable=False)
    edit_key = models.CharField(max_length=40, unique=True, default=new_key)
    title = models.CharField(max_length=120)
    document = models.JSONField()
    revision = models.PositiveIntegerField(default=1, help_text="Counts changes, so that none is lost unseen.")
    session = models.CharField(max_length=40, blank=True, db_index=True, help_text="The browser it belongs to.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="lessons"
    )
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    deleted = models.DateTimeField(null=True, blank=True, help_text="Hidden since; it can be taken back.")

    class Meta:
        ordering = ("-changed",)

    def __str__(self) -> str:
        return self.title


class AuthoredClaim(models.Model):
    """A claim that a visitor read somewhere and compares with an output of a page. Its verdict is computed when it is
    shown. Only the owner reads it until it is shared; then anyone who has its link does. `value` is in `unit`, None for
    an output that is a text, `stated` its text."""

    id = models.CharField(primary_key=True, max_length=16, default=short_id, editable=False)
    claim = models.CharField(max_length=300)
    source = models.CharField(max_length=200)
    source_url = models.CharField(max_length=500, blank=True)
    link = models.CharField(max_length=2000)
    output = models.CharField(max_length=100)
    stated = models.CharField(max_length=100)
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    shown = models.CharField(max_length=40, blank=True)
    compare = models.CharField(max_length=10, default="about")
    tolerance = models.FloatField(default=0.05)
    condition = models.CharField(max_length=200, blank=True)
    condition_link = models.CharField(max_length=2000, blank=True)
    remark = models.CharField(max_length=500, blank=True)
    shared = models.BooleanField(default=False)
    session = models.CharField(max_length=40, blank=True, db_index=True, help_text="The browser it belongs to.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="claims"
    )
    created = models.DateTimeField(auto_now_add=True)
    changed = models.DateTimeField(auto_now=True)
    deleted = models.DateTimeField(null=True, blank=True, help_text="Hidden since; it can be restored.")

    class Meta:
        ordering = ("-changed",)

    def __str__(self) -> str:
        return self.claim
