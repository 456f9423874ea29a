"""Which memory of a chip holds a model, how fast it is read, and how large a batch fits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.specs import Accelerator

# Share of a device's memory that is kept free for the runtime, communication buffers and fragments. vLLM's default
# leaves as much, and no training run of Megatron-LM's recorded tests allocates more than nine tenths.
MEMORY_RESERVE = 0.1


def usable_memory(capacity: Array, reserve: Array) -> Array:
    """Bytes of a memory of `capacity` C bytes that a model may take when the share r (`reserve`, 0 to 1) is kept free:
    C·(1 − r). Arrays broadcast. Kwon et al. 2023 (vLLM), arXiv:2309.06180, for keeping a share free. Unknown where the
    capacity is."""
    return np.asarray(capacity * (1 - np.asarray(reserve, dtype=float)))


class Tier(IntEnum):
    """The memory that holds the weights."""

    MEMORY = 0
    SRAM = 1
    FLASH = 2


@dataclass(frozen=True)
class MemoryPlacement:
    """The memory tier a model is read from: its `bandwidth` in byte/s, the bytes `needed` and the bytes of `room` in
    it, and whether they fit (`feasible`). `tier` is a `Tier`."""

    tier: Codes
    bandwidth: Array
    needed: Array
    room: Array
    feasible: Truth


def memory_placement(chip: Accelerator, resident: Array, weights: Array, reserve: Array) -> MemoryPlacement:
    """The memory tier (bandwidth in byte/s, needed and available bytes) that a model runs from on a `chip`. A chip with
    flash (a microcontroller) runs from SRAM where all `resident` bytes fit there, else it streams its `weights` (bytes)
    from flash; any other chip uses main memory, of which the share r (`reserve`, 0 to 1) is kept free. Arrays
    broadcast. Derived: the fastest tier that is large enough. An unknown capacity counts as large enough; in flash only
    the weights need room."""
    has_flash = ~np.isnan(chip.flash_capacity)
    in_sram = has_flash & (resident <= np.asarray(chip.sram_capacity))
    tier = np.where(in_sram, Tier.SRAM, np.where(has_flash, Tier.FLASH, Tier.MEMORY))
    main = usable_memory(chip.memory_capacity, reserve)
    room = np.where(in_sram, chip.sram_capacity, np.where(has_flash, chip.flash_capacity, main))
    from_flash = np.where(np.isnan(chip.flash_bandwidth), chip.memory_bandwidth, chip.flash_bandwidth)
    from_sram = np.where(np.isnan(chip.sram_bandwidth), from_flash, chip.sram_bandwidth)
    bandwidth = np.where(in_sram, from_sram, np.where(has_flash, from_flash, chip.memory_bandwidth))
    needed = np.where(has_flash & ~in_sram, weights, resident)
    return MemoryPlacement(tier, bandwidth, needed, room, ~(needed > room))


def max_batch_size(chip: Accelerator, weights: Array, bytes_per_sequence: Array, reserve: Array) -> Array:
    """The number of sequences, a dimensionless count, that fit into the main memory of a `chip` beside `weights` bytes
    when each takes `bytes_per_sequence` bytes: ⌊(C·(1 − r) − weights)/bytes_per_sequence⌋, C the capacity in bytes and
    r the share that is kept free (`reserve`, 0 to 1). Infinite where a sequence takes 0 bytes or C is unknown, and on a
    microcontroller, whose weights stay in flash. Arrays broadcast. Derived: what fits in the capacity. No
    fragmentation."""
    room = np.asarray(usable_memory(chip.memory_capacity, reserve) - weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        fitting = np.where(np.asarray(bytes_per_sequence) > 0, np.floor(room / bytes_per_sequence), np.inf)
    limited = np.where(room >= 0, fitting, np.where(np.isnan(room), np.inf, 0.0))
    on_flash = np.where(np.asarray(weights) <= chip.flash_capacity, np.inf, 0.0)
    return np.where(np.isnan(chip.flash_capacity), np.maximum(limited, 0), on_flash)
