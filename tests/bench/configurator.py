"""Compares the search for the best split and batch of eight H200 that serve Qwen3 32B with aiconfigurator 0.12.0, which
uses measured kernels: run time and best configuration of each."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
PEER = ROOT / "var/bench/aiconfigurator-0.12.0"
# The workload of both: 1,024 tokens in, 256 out, the first token in 2 s, each further one in 50 ms.
COMMAND = (
    "cli default --model-path Qwen/Qwen3-32B --total-gpus 8 --system h200_sxm --serving-mode agg --backend trtllm "
    "--isl 1024 --osl 256 --ttft 2000 --tpot 50 --no-color"
)
_ROW = re.compile(
    r"\|\s*1\s*\|\s*trtllm\s*\|\s*([\d.]+)\s*\|\s*([\d.]+)\s*\|.*?\|\s*([\d.]+)\s*\|.*\|\s*(tp\d+pp\d+)\s*\|\s*(\d+)\s*\|"
)


def peer() -> Path:
    """Return the Python of its own environment, created on first use: its pinned versions differ from ours."""
    if not (PEER / ".made").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", PEER], check=True)
        install = ["install", "-q", "--disable-pip-version-check", "aiconfigurator==0.12.0"]
        subprocess.run([PEER / "bin/python", "-m", "pip", *install], check=True)
        (PEER / ".made").touch()
    return PEER / "bin/aiconfigurator"


def theirs() -> str:
    start = time.perf_counter()
    ran = subprocess.run([peer(), *COMMAND.split()], capture_output=True, text=True, check=True)
    whole = time.perf_counter() - start
    said = ran.stdout + ran.stderr
    inner = re.search(r"completed in ([\d.]+) seconds", said)
    best = _ROW.search(said)
    found = f"{best[1]} tokens/s a GPU, {best[4]}, batch {best[5]}, TTFT {best[3]} ms" if best else "no row read"
    return f"aiconfigurator 0.12.0: {inner[1] if inner else '?'} s ({whole:.1f} s as a command); best {found}"


def own() -> str:
    import django

    django.setup()
    from catalog.resolve import find
    from solvers.pipeline import pipeline, settle
    from solvers.search.axes import listed, ranged
    from solvers.search.explore import Search
    from solvers.search.goals import goals, metrics
    from solvers.search.run import run
    from solvers.search.space import Space
    from solvers.specs import Accelerator, Model

    chain = pipeline("serving")
    asked = {
        "model": find(Model, "qwen3-32b", "model").spec,
        "prompt_length": 1024,
        "output_length": 256,
        "accelerator": find(Accelerator, "h200-sxm-141gb", "accelerator").spec,
    }
    wanted = ("maximize: decode_throughput", "minimize: itl", "ttft <= 2 s", "itl <= 50 ms", "feasible")
    objectives, constraints = goals(wanted, metrics(chain))
    sides = (listed(chain, "tensor_parallel", [1, 2, 4, 8]), ranged(chain, "batch_size", 1, 512, 512))
    search = Search(chain, settle(chain, asked), Space(sides), objectives, constraints, keep=2048)
    start = time.perf_counter()
    found = run(search)
    spent = time.perf_counter() - start
    best = max(found.top, key=lambda c: c.values["serving.decode_throughput"] / c.places["tensor_parallel"])
    a_gpu = best.values["serving.decode_throughput"] / best.places["tensor_parallel"]
    return (
        f"here: {search.space.size:,} configurations in {spent * 1e3:.0f} ms; best {a_gpu:,.0f} tokens/s a GPU while "
        f"it decodes, tp{best.places['tensor_parallel']:g}, batch {best.places['batch_size']:g}, "
        f"TTFT {best.values['serving.ttft'] * 1e3:.0f} ms"
    )


def report() -> None:
    print(theirs())
    print(own())
