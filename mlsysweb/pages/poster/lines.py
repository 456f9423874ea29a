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
        "More FLOP/s help only where the arithmetic takes longer than the memory that feeds it.",
        "How fast can the arithmetic be done?",
    ),
    2: PosterLine(
        "memory_time",
        "Decoding reads every weight for each token: the bandwidth sets its pace, not the FLOP/s.",
        "How fast can what it needs be read?",
    ),
    3: PosterLine("mfu", "The data sheet is an upper bound: kernels, stalls and launches each take their share of it."),
    4: PosterLine(
        "end_to_end_latency", "The prompt waits for arithmetic, every further token for memory; a user waits for both."
    ),
    5: PosterLine(
        "max_concurrent_requests", "Memory the weights leave over, not arithmetic, says how many are served at once."
    ),
    6: PosterLine("layer_time", "Below the balanced batch the stream of weights binds, and a larger batch is free."),
    7: PosterLine(
        "wait_of_the_waiting", "Waits grow without bound as the load nears the replicas: busy is not the same as fast."
    ),
    8: PosterLine(
        "accelerator_utilization", "What storage does not deliver is waited for; faster accelerators only wait more."
    ),
    9: PosterLine(
        "transform_time", "When batches take longer to prepare than to train on, add workers, not accelerators."
    ),
    10: PosterLine(
        "effective_bandwidth", "When all talk across the middle, a node gets its share of the middle, not its link."
    ),
    11: PosterLine("total_ops", "Compute buys parameters or tokens; a network too large for its tokens wastes both."),
    12: PosterLine(
        "latency", "Each token of thought is decoded like one of the answer: time and energy grow with every step."
    ),
    13: PosterLine(
        "speedup", "Fewer bits always save memory; time only where memory binds or the chip has the format."
    ),
    14: PosterLine("bandwidth_time", "In a ring each device sends almost twice the message, however many there are."),
    15: PosterLine(
        "best_interval", "More parts fail more often: the best interval between saves shrinks with its root."
    ),
    16: PosterLine(
        "mean_wait", "A cluster filled to the brim makes every job wait; some idle machines are what short waits cost."
    ),
    17: PosterLine("tco", "An idle accelerator depreciates like a busy one: compare the cost per utilized hour."),
    18: PosterLine("operational_carbon", "The same job emits tens of times as much on one grid as on another."),
    19: PosterLine(
        "write_time", "Weights and optimizer state have to leave the devices: storage bandwidth is training time."
    ),
    20: PosterLine("slowdown", "A tighter promise of privacy costs time; a rarer group costs data in proportion."),
    21: PosterLine("binding_elasticity", "Turn the knob that binds: the others can move and nothing changes."),
    22: PosterLine(
        "required_bandwidth", "Turned round, a latency target specifies a chip, or shows that no chip would do."
    ),
}
