"""Exports every configuration of a design space as a Parquet file, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mlsysweb.explore.find.columns import ResultColumn
from solvers.search.evaluation import evaluate
from solvers.search.explore import Search

_BATCH = 2**14


def as_parquet(search: Search, columns: Sequence[ResultColumn], out: BinaryIO, spent: Callable[[], bool]) -> int:
    """Write every configuration of the space to `out` in batches: axes, objectives, constraint metrics and violations.
    Return how many were written: all, or those before `spent` was true."""
    done = 0
    axes = [column for column in columns if not column.terms]
    goals = [column for column in columns if column.sign]
    names = [f"fails: {constraint.text}" for constraint in search.constraints]
    schema = pa.schema(
        [
            *(pa.field(c.key, pa.float64() if c.numeric else pa.dictionary(pa.int32(), pa.string())) for c in axes),
            *(pa.field(c.key, pa.float64(), metadata={"unit": c.unit}) for c in goals),
            *(pa.field(name, pa.bool_()) for name in names),
        ]
    )
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batches(search, axes, schema):
            writer.write_batch(batch)
            done += batch.num_rows
            if spent():
                break
    return done


def _batches(search: Search, axes: Sequence[ResultColumn], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    labels = [pa.array(axis.labels) for axis in search.space.axes]
    for first in range(0, search.space.size, _BATCH):
        numbers = np.arange(first, min(first + _BATCH, search.space.size))
        evaluation = evaluate(search, numbers)
        places = np.unravel_index(numbers, search.space.shape) if axes else ()
        cells = [
            label.take(pa.array(place))
            if column.numeric
            else pa.DictionaryArray.from_arrays(place.astype("int32"), label)
            for column, label, place in zip(axes, labels, places, strict=True)
        ]
        cells += [pa.array(column) for column in (*evaluation.objectives.T, *evaluation.failed.T)]
        yield pa.RecordBatch.from_arrays(cells, schema=schema)
