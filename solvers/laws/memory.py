"""Where a model lives on a chip, and how fast that place feeds the arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers.declare import Array, Codes, Truth
from solvers.specs import Accelerator


class Tier(IntEnum):
    """The memory that holds the weights."""

    MEMORY = 0
    SRAM = 1
    FLASH = 2


@dataclass(frozen=True)
class MemoryPlacement:
    """The tier a model ends up in: its bandwidth, what must fit there and what room there is."""

    tier: Codes
    bandwidth: Array
    needed: Array
    room: Array
    feasible: Truth


def memory_placement(chip: Accelerator, resident: Array, weights: Array) -> MemoryPlacement:
    """A chip with flash (a microcontroller) runs from SRAM when all of `resident` bytes fit there, else streams its
    `weights` from flash; every other chip uses main memory. An unknown capacity does not refuse."""
    has_flash = ~np.isnan(chip.flash_capacity)
    in_sram = has_flash & (resident <= np.asarray(chip.sram_capacity))
    tier = np.where(in_sram, Tier.SRAM, np.where(has_flash, Tier.FLASH, Tier.MEMORY))
    room = np.where(in_sram, chip.sram_capacity, np.where(has_flash, chip.flash_capacity, chip.memory_capacity))
    from_flash = np.where(np.isnan(chip.flash_bandwidth), chip.memory_bandwidth, chip.flash_bandwidth)
    from_sram = np.where(np.isnan(chip.sram_bandwidth), from_flash, chip.sram_bandwidth)
    bandwidth = np.where(in_sram, from_sram, np.where(has_flash, from_flash, chip.memory_bandwidth))
    needed = np.where(has_flash & ~in_sram, weights, resident)
    return MemoryPlacement(tier, bandwidth, needed, room, ~(needed > room))


def max_batch_size(chip: Accelerator, weights: Array, bytes_per_sequence: Array) -> Array:
    """How many sequences fit beside the weights in main memory; unlimited where each brings nothing, and on a
    microcontroller, whose weights wait in flash."""
    room = np.asarray(chip.memory_capacity - weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        fitting = np.where(np.asarray(bytes_per_sequence) > 0, np.floor(room / bytes_per_sequence), np.inf)
    limited = np.where(room >= 0, fitting, np.where(np.isnan(room), np.inf, 0.0))
    on_flash = np.where(np.asarray(weights) <= chip.flash_capacity, np.inf, 0.0)
    return np.where(np.isnan(chip.flash_capacity), np.maximum(limited, 0), on_flash)
