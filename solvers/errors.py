"""The one exception of the house: a field's name and a sentence a student understands."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(ValueError):
    """One bad input. `field` names it as the form, the API and the command line do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field, self.sentence = field, sentence


class InputErrors(ValueError):
    """All bad inputs of one question, so that a person mends them in one go."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(str(error) for error in self.errors))
