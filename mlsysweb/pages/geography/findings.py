"""The findings of the charts of cost and of lifetime emissions, and of the fleet picked, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlsysweb.show.charts.geography import PlacePoint
from solvers.quantities import format_quantity

from .places import Life


def tradeoff_finding(points: Sequence[PlacePoint]) -> str:
    """Return the ends of both axes of the chart of cost and emissions."""
    cheap, dear = (end(points, key=lambda point: point.dollars) for end in (min, max))
    clean, dirty = (end(points, key=lambda point: point.tonnes) for end in (min, max))
    money = (format_quantity(point.dollars, "USD") for point in (cheap, dear))
    carbon = (format_quantity(point.tonnes * 1e3, "kg", "t") for point in (clean, dirty))
    return (
        f"Electricity costs {next(money)} in {cheap.name} and {next(money)} in {dear.name}; the job emits "
        f"{next(carbon)} CO₂e in {clean.name} and {next(carbon)} in {dirty.name}."
    )


def lifetimes_finding(lived: Sequence[Life]) -> str:
    """Return the devices with the largest and the smallest embodied share of their lifetime emissions."""
    shares = [(life.making / (life.making + life.running), life.name) for life in lived]
    most, least = (format_quantity(end(shares)[0], "1", "percent") for end in (max, min))
    return f"Embodied carbon is {most} of the total on {max(shares)[1]} and {least} on {min(shares)[1]}."


def embodied_sources(lived: Sequence[Life]) -> Iterator[str]:
    """Yield the note on the sources of embodied carbon, where some devices have that of the Boavizta model."""
    modeled = [life.name for life in lived if life.modeled]
    stated = [life.name for life in lived if not life.modeled]
    if modeled:
        yield (
            f"Embodied carbon by the Boavizta model: {', '.join(modeled)}; "
            f"by the vendor: {', '.join(stated) or 'none'}. The model's is often larger: compare devices of one kind."
        )
