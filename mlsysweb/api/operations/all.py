"""Every operation of the API, in the order of the reference."""

from __future__ import annotations

from mlsysweb.api.operation import ApiOperation
from mlsysweb.api.operations import scenarios, searching, solving, sweeping, tables

OPERATIONS: tuple[ApiOperation, ...] = (
    *solving.OPERATIONS,
    *sweeping.OPERATIONS,
    *searching.OPERATIONS,
    *tables.OPERATIONS,
    *scenarios.OPERATIONS,
)
