"""The text that only the poster has: for each wall the equation to show, and its consequence in one line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PosterLine:
    """`output` names the equation; `question` replaces the solver's question where several walls share a solver."""

    output: str
    consequence: str
    question: str = ""


LINES = {
    1: PosterLine(
        "compute_time",
        "More FLOP/s help only where compute takes longer than memory traffic.",
        "Is the chip's FLOP/s the limit?",
    ),
    2: PosterLine(
        "memory_time",
        "Decode reads every weight for each token: bandwidth limits it, not FLOP/s.",
        "Is memory bandwidth the limit?",
    ),
    3: PosterLine("mfu", "The data sheet is an upper bound: kernels, stalls and launches each take a share."),
    4: PosterLine(
        "end_to_end_latency", "Prefill is compute-bound, decode memory-bound; the latency of a request has both."
    ),
    5: PosterLine(
        "max_concurrent_requests", "Concurrency is limited by the memory that the weights leave free, not by FLOP/s."
    ),
    6: PosterLine(
        "layer_time", "Below the balanced batch size weight loading is the limit, and a larger batch is free."
    ),
    7: PosterLine("wait_of_the_waiting", "Waits grow without bound as the load nears capacity."),
    8: PosterLine(
        "accelerator_utilization", "Accelerators wait for data that storage does not deliver; faster ones wait longer."
    ),
    9: PosterLine(
        "transform_time", "If preprocessing a batch takes longer than a step, add workers, not accelerators."
    ),
    10: PosterLine(
        "effective_bandwidth", "Under all-to-all traffic a node gets its share of the bisection, not its full link."
    ),
    11: PosterLine(
        "total_ops", "Compute is split between parameters and tokens; a model too large for its tokens wastes it."
    ),
    12: PosterLine("latency", "Each reasoning token is decoded like an answer token: every step adds time and energy."),
    13: PosterLine(
        "speedup", "Fewer bits always save memory; they save time if memory-bound, or if the chip has the format."
    ),
    14: PosterLine(
        "bandwidth_time", "In a ring each device sends almost twice the message, for any number of devices."
    ),
    15: PosterLine("best_interval", "More devices fail more often: the optimal checkpoint interval shrinks."),
    16: PosterLine("mean_wait", "A full cluster makes every job wait; short waits need idle slots."),
    17: PosterLine("tco", "An idle accelerator depreciates like a busy one: compare the cost per utilized hour."),
    18: PosterLine("operational_carbon", "The same job emits tens of times as much on one grid as on another."),
    19: PosterLine(
        "write_time", "Weights and optimizer state are written to storage: its bandwidth costs training time."
    ),
    20: PosterLine("slowdown", "Stronger privacy costs training time; a rarer subgroup costs data in proportion."),
    21: PosterLine(
        "binding_elasticity", "Only the limiting parameter changes the result; more of another gains nothing."
    ),
    22: PosterLine(
        "required_bandwidth", "A latency target determines the hardware it needs, or shows that none meets it."
    ),
}
