from dataclasses import dataclass

from mlsysweb.show.results.page import Card, PageSummary


@dataclass(frozen=True)
class BucketPage:
    verdict: str
    cards: tuple[Card, ...]
    url: str
    kind: str = "ok"

    def summary(self) -> PageSummary:
        return PageSummary(self.verdict, self.kind, self.cards, (), ())
