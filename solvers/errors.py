"""The exceptions of the project. Each names a field and says what is wrong and what would be right."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(ValueError):
    """One invalid input. `field` names it as the form, the API and the command line do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field, self.sentence = field, sentence

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str]]:
        return type(self), (self.field, self.sentence)


class InputErrors(ValueError):
    """All invalid inputs of one question, so that they can be corrected together."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(str(error) for error in self.errors))

    def __reduce__(self) -> tuple[type[InputErrors], tuple[tuple[InputError, ...]]]:
        return type(self), (self.errors,)

    @property
    def sentences(self) -> dict[str, str]:
        """The sentences by field; of several on one field the last."""
        return {error.field: error.sentence for error in self.errors}
