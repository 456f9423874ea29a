from mlsysweb.show.results.page import Card
from solvers.quantities import format_quantity

from .page import BucketPage


def bucket_page(seconds: float, url: str) -> BucketPage:
    time = format_quantity(seconds, "s")
    card = Card("filling_time", "Filling time", time, "", "", seconds, "s")
    return BucketPage(f"Full. It takes {time}.", (card,), url)
