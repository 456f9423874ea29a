"""The same questions to mlsysim 0.1.1, where it can be asked them: one chip, no tensor parallelism, no experts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import numpy as np

from tests.bench.sweep import peer_python

from .figures import Judged
from .serving import static

_CHIPS = {"h100-sxm5-80gb": "H100", "a100-sxm4-80gb": "A100"}
_MODELS = {"llama-3.1-8b": "Llama3_8B", "llama-3.1-70b": "Llama3_70B"}

_ASK = """
import json, sys, warnings, logging
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
import mlsysim
answers = []
for chip, model, precision, batch, prompt, context in json.load(sys.stdin):
    ask = dict(model=getattr(mlsysim.Models.Language, model), hardware=getattr(mlsysim.Hardware.Cloud, chip),
               batch_size=batch, precision=precision)
    first = mlsysim.ServingModel().solve(seq_len=prompt, **ask).ttft.to("s").magnitude
    later = mlsysim.ServingModel().solve(seq_len=context, **ask).itl.to("s").magnitude
    answers.append([first, later])
print(json.dumps(answers))
"""


def serving() -> Iterator[Judged]:
    """The static batches again, with mlsysim's answers beside the others on the rows it can answer."""
    judged = list(static())
    parts = [str(row).split() for row in judged[0].where]
    able = [place for place, row in enumerate(parts) if row[2] in _MODELS and row[4] == "1"]
    questions = [
        (
            _CHIPS[parts[k][0]],
            _MODELS[parts[k][2]],
            "fp8" if parts[k][3] == "fp8" else "fp16",
            int(parts[k][5]),
            int(parts[k][6]),
            int(float(parts[k][6]) + float(parts[k][7]) / 2),
        )
        for k in able
    ]
    ran = subprocess.run(
        [peer_python(), "-c", _ASK], input=json.dumps(questions), capture_output=True, text=True, check=True
    )
    answers = np.array(json.loads(ran.stdout.strip().splitlines()[-1]))
    for place, one in enumerate(judged):
        theirs = np.full(len(one.measured), np.nan)
        theirs[able] = answers[:, place]
        some = {name: np.where(np.isnan(theirs), np.nan, answer) for name, answer in one.answers.items()}
        yield Judged(
            f"{one.quantity}, rows mlsysim can answer",
            one.source,
            one.measured,
            some | {"mlsysim 0.1.1": theirs},
            one.groups,
            one.where,
        )
