"""How often does something in a fleet fail, and how much of the time is left for useful work?

Young 1974 for the optimal checkpoint interval and the share of the time lost to failures; Daly 2006 for where that
first order stops being valid. Defaults are Llama 3's run of 54 days on 16,384 H100: 419 unexpected interruptions
(Grattafiori et al. 2024, section 3.3.4 and table 5). Not modelled: correlated and early failures, spare devices,
slow or silently wrong parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from solvers import inputs
from solvers.declare import (
    Array,
    Chart,
    Codes,
    Equation,
    Fallacy,
    Preset,
    Source,
    Truth,
    curve,
    flag,
    label,
    number,
    output,
    solver,
)
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.reliability import (
    checkpoint_share,
    combined_mtbf,
    daly_goodput,
    failure_probability,
    failure_share,
    goodput,
    min_mtbf,
    young_daly_interval,
)
from solvers.specs import Fleet

_HOUR, _DAY = 3600.0, 86400.0
# Llama 3: number of devices, seconds, and unexpected interruptions.
_DEVICES, _RUN, _STOPS = 16384, 54 * _DAY, 419


class FailingPart(IntEnum):
    """The parts that fail."""

    DEVICES = 0
    NICS = 1
    PSUS = 2


class TimeLoss(IntEnum):
    """The causes of lost time."""

    CHECKPOINTS = 0
    LOST_WORK = 1
    RECOVERY = 2


@dataclass(frozen=True, kw_only=True)
class Inputs:
    fleet: Fleet | None = inputs.fleet()
    devices: Array = number(
        "1",
        "Devices",
        _DEVICES,
        low=1,
        high=1e8,
        slider=(1, 131072),
        log=True,
        integer=True,
        symbol="n_d",
        default_from="fleet.devices",
        help="That work on one job: when one stops, all do.",
    )
    nodes: Array = number(
        "1",
        "Nodes",
        _DEVICES / 8,
        low=1,
        high=1e8,
        slider=(1, 16384),
        log=True,
        integer=True,
        symbol="N",
        default_from="fleet.nodes",
        help="Machines the devices sit in; says how often one of them stops, not how often the job does.",
    )
    device_mtbf: Array = number(
        "s",
        "Between failures of a device",
        _DEVICES * _RUN / _STOPS,
        exclusive_min=True,
        high=1e15,
        slider=(3.6e6, 3.6e10),
        log=True,
        display_unit="hour",
        symbol="m_d",
        help="On average, with all that stops the job and is not counted below: by default every stop of Llama 3.",
    )
    nics: Array = number(
        "1",
        "Network cards",
        0,
        high=1e8,
        slider=(0, 131072),
        log=True,
        integer=True,
        symbol="n_n",
        help="Counted apart from devices, with their cables and switch ports; 0: with the devices.",
    )
    nic_mtbf: Array = number(
        "s",
        "Between failures of a network card",
        1e6 * _HOUR,
        exclusive_min=True,
        high=1e15,
        slider=(3.6e7, 3.6e11),
        log=True,
        display_unit="hour",
        symbol="m_n",
        help="On average.",
    )
    psus: Array = number(
        "1",
        "Power supplies",
        0,
        high=1e8,
        slider=(0, 32768),
        log=True,
        integer=True,
        symbol="n_p",
        help="Counted apart from devices; 0: with them.",
    )
    psu_mtbf: Array = number(
        "s",
        "Between failures of a power supply",
        1e5 * _HOUR,
        exclusive_min=True,
        high=1e15,
        slider=(3.6e7, 3.6e11),
        log=True,
        display_unit="hour",
        symbol="m_p",
        help="On average.",
    )
    job_duration: Array = number(
        "s",
        "Duration of the job",
        _RUN,
        high=1e12,
        slider=(_HOUR, 365 * _DAY),
        log=True,
        display_unit="day",
        symbol="T",
        help="From its start to its end.",
    )
    checkpoint_time: Array = number(
        "s",
        "Time of a checkpoint",
        10,
        high=1e9,
        slider=(0, 1800),
        symbol=r"\delta",
        help="For which the job stands still; the default is an assumption, not Llama 3's.",
    )
    recovery_time: Array = number(
        "s",
        "Time to go on",
        600,
        high=1e9,
        slider=(0, 7200),
        symbol="R",
        help="From a failure until the job works again; the default is an assumption, not Llama 3's.",
    )
    own_interval: Array = number(
        "s",
        "Checkpoint every",
        0,
        high=1e12,
        slider=(0, _DAY),
        log=True,
        display_unit="min",
        symbol=r"\tau_\text{own}",
        help="0: at the best interval. Any other shows what a choice of one's own costs.",
    )


_NO_PROGRESS = "never: no work gets done"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    cluster_mtbf: Array = output(
        "s", "Between failures of the job", display_unit="hour", symbol="M", help="On average, of any part."
    )
    failure_probability: Array = output(
        "1", "Chance of a failure", display_unit="percent", symbol="P", help="Of at least one before the job ends."
    )
    expected_failures: Array = output("1", "Failures expected", symbol="F", help="Over the job.")
    checkpoint_interval: Array = output(
        "s", "Best interval of checkpoints", symbol=r"\tau^*", help="Young's: as much time is lost writing as redoing."
    )
    goodput: Array = output(
        "1",
        "Goodput",
        display_unit="percent",
        symbol="G",
        help="Share of the time whose work stays; below 0 none does.",
    )
    progresses: Truth = flag("Makes progress", help="Whether goodput is above 0.")
    lost_share: Array = output("1", "Lost", display_unit="percent", help="All three losses together.")
    checkpoint_share: Array = output("1", "Writing checkpoints", display_unit="percent", symbol="L_c")
    lost_work_share: Array = output(
        "1", "Work done again", display_unit="percent", symbol="L_w", help="Half an interval is lost at each failure."
    )
    recovery_share: Array = output("1", "Recovery", display_unit="percent", symbol="L_r")
    largest_loss: Codes = label(TimeLoss, "Largest loss")
    interval_used: Array = output("s", "Interval used", symbol=r"\tau", help="One's own, or else the best.")
    best_goodput: Array = output("1", "Goodput at the best interval", display_unit="percent", symbol="G^*")
    own_goodput: Array = output(
        "1",
        "Goodput at one's own interval",
        display_unit="percent",
        if_infinite="none is chosen, or it leaves no time for work",
    )
    goodput_given_up: Array = output("1", "Given up by one's own interval", display_unit="percent")
    useful_time: Array = output("s", "Useful time of the job", help="Of its duration, the part whose work stays.")
    time_to_finish: Array = output(
        "s",
        "Time the work takes",
        if_infinite=_NO_PROGRESS,
        help="If the duration is that of the work without any failure.",
    )
    failures_per_day: Array = output("1", "Failures a day", symbol="f")
    device_share: Array = output("1", "Failures of devices", display_unit="percent", symbol="s_d")
    nic_share: Array = output("1", "Failures of network cards", display_unit="percent", symbol="s_n")
    psu_share: Array = output("1", "Failures of power supplies", display_unit="percent", symbol="s_p")
    most_failures: Codes = label(FailingPart, "Fails most often")
    node_mtbf: Array = output(
        "s", "Between failures of a node", symbol="M_N", help="What is in it and its share of nets."
    )
    mtbf_needed: Array = output(
        "s", "Least time between failures", symbol=r"M_\text{min}", help="Below it no interval leaves time for work."
    )
    largest_fleet: Array = output(
        "1",
        "Largest fleet that makes progress",
        if_infinite="no limit: failures cost nothing",
        help="In devices, with parts in the same proportion.",
    )
    daly_goodput: Array = output(
        "1",
        "Goodput by Daly",
        display_unit="percent",
        symbol="G_D",
        help="Where failures may strike checkpoints and recovery, too: never below 0.",
    )


def verdict(i: Inputs, o: Outputs) -> str:
    if not o.progresses:
        return f"No time is left for work: something fails every {{cluster_mtbf}}, and {_what_would_do(i, o)}"
    first = (
        "Something fails every {cluster_mtbf}, {expected_failures} times in the job; {goodput} of the time is left. "
    )
    if i.own_interval > 0 and o.goodput_given_up > 0.01:
        return first + (
            "Checkpoints every {interval_used} give up {goodput_given_up}: every {checkpoint_interval} would be best, "
            "for it loses as much in writing as in work done again."
        )
    return first + _what_takes_most(o)


def _what_would_do(i: Inputs, o: Outputs) -> str:
    if o.best_goodput > 0:
        return (
            "checkpoints every {interval_used} with what they leave to do again take it all. "
            "Every {checkpoint_interval} would leave {best_goodput}."
        )
    least = "checkpoints and recovery need {mtbf_needed} between failures, however often one writes. "
    if o.largest_fleet < 1:
        return least + "No fleet is small enough: a faster checkpoint or a quicker recovery would help."
    return least + "A fleet of {largest_fleet} devices would reach that; so would faster checkpoints and recovery."


def _what_takes_most(o: Outputs) -> str:
    if not o.lost_share:
        return "Nothing is lost: neither checkpoints nor recovery take any time."
    if o.largest_loss == TimeLoss.RECOVERY:
        return (
            "Recovery takes most, {recovery_share}: a quicker restart or sounder parts help, faster checkpoints little."
        )
    if o.largest_loss == TimeLoss.CHECKPOINTS and o.goodput_given_up > 0:
        return "Writing takes most, {checkpoint_share}: longer intervals or faster checkpoints help."
    return (
        "Writing takes {checkpoint_share} and work done again {lost_work_share}, every {interval_used}: four times as "
        "fast a checkpoint halves both at its best interval, a quicker restart neither."
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if abs(o.daly_goodput - np.maximum(o.goodput, 0)) > 0.02:
        yield (
            "Young counts to first order and finds {goodput}, Daly's fuller account {daly_goodput}; the two part where "
            "failures or checkpoints fill much of the time."
        )
    if i.nodes > i.devices:
        yield "There are more nodes than devices."


FIGURES = (
    curve("own_interval", ("own_goodput",), "Too often, too seldom", x_marks=("checkpoint_interval",), logy=False),
    curve(
        "devices",
        ("best_goodput", "cluster_mtbf"),
        "What a larger fleet loses",
        x_marks=("largest_fleet",),
        logy=False,
    ),
    Chart("bars", "Where the time goes", (), ("checkpoint_share", "lost_work_share", "recovery_share")),
    Chart("bars", "What fails", (), ("device_share", "nic_share", "psu_share")),
    curve("checkpoint_time", ("best_goodput",), "What faster checkpoints buy", logy=False),
)

EQUATIONS = (
    Equation(
        "cluster_mtbf",
        r"@cluster_mtbf = \frac{1}{\frac{@devices}{@device_mtbf} + \frac{@nics}{@nic_mtbf} + \frac{@psus}{@psu_mtbf}}",
    ),
    Equation("expected_failures", r"@expected_failures = \frac{@job_duration}{@cluster_mtbf}"),
    Equation("failure_probability", r"@failure_probability = 1 - e^{-\frac{@job_duration}{@cluster_mtbf}}"),
    Equation("checkpoint_interval", r"@checkpoint_interval = \sqrt{2 \cdot @checkpoint_time \cdot @cluster_mtbf}"),
    Equation(
        "checkpoint_share",
        r"@checkpoint_share = \frac{@checkpoint_time}{@interval_used}",
        where=lambda i, o: i.checkpoint_time > 0,
    ),
    Equation("lost_work_share", r"@lost_work_share = \frac{@interval_used}{2 \cdot @cluster_mtbf}"),
    Equation("recovery_share", r"@recovery_share = \frac{@recovery_time}{@cluster_mtbf}"),
    Equation("goodput", r"@goodput = 1 - @checkpoint_share - @lost_work_share - @recovery_share"),
    Equation("useful_time", r"@useful_time = \max(@goodput, 0) \cdot @job_duration"),
    Equation(
        "time_to_finish", r"@time_to_finish = \frac{@job_duration}{@goodput}", where=lambda i, o: bool(o.progresses)
    ),
    Equation("failures_per_day", r"@failures_per_day = \frac{86400}{@cluster_mtbf}"),
    Equation("device_share", r"@device_share = \frac{@devices}{@device_mtbf} \cdot @cluster_mtbf"),
    Equation("nic_share", r"@nic_share = \frac{@nics}{@nic_mtbf} \cdot @cluster_mtbf"),
    Equation("psu_share", r"@psu_share = \frac{@psus}{@psu_mtbf} \cdot @cluster_mtbf"),
    Equation("node_mtbf", r"@node_mtbf = @nodes \cdot @cluster_mtbf"),
    Equation(
        "mtbf_needed",
        r"@mtbf_needed = (\frac{\sqrt{2 @checkpoint_time} + \sqrt{2 @checkpoint_time + 4 @recovery_time}}{2})^{2}",
    ),
    Equation(
        "daly_goodput",
        r"@daly_goodput = \frac{@interval_used}{@cluster_mtbf \cdot e^{\frac{@recovery_time}{@cluster_mtbf}} \cdot "
        r"(e^{\frac{@interval_used + @checkpoint_time}{@cluster_mtbf}} - 1)}",
        # Where the exponent is tiny, evaluating the difference as written loses digits; the code uses expm1.
        where=lambda i, o: o.interval_used + i.checkpoint_time > 1e-4 * o.cluster_mtbf and o.daly_goodput > 0,
    ),
)

SOURCES = (
    Source("Young 1974", "A first order approximation to the optimum checkpoint interval", "10.1145/361147.361115"),
    Source(
        "Daly 2006",
        "A higher order estimate of the optimum checkpoint interval for restart dumps",
        "10.1016/j.future.2004.11.016",
    ),
    Source("Grattafiori et al. 2024", "The Llama 3 herd of models (section 3.3.4, table 5)", "arXiv:2407.21783"),
)

ASSUMPTIONS = (
    "Parts fail independently of each other and at constant rates; any failure stops the whole job.",
    "A failure loses half an interval of work on average, and strikes neither a checkpoint nor a recovery.",
    "The job stands still while it writes a checkpoint.",
    "By default all of Llama 3's stops are laid on its devices: those by network, power and software, too.",
)

LIMITATIONS = (
    "Spares, and jobs that go on with fewer devices.",
    "Slow devices, and wrong results nobody notices.",
    "Planned maintenance.",
    "How long a checkpoint takes: see checkpoint.",
)

PRESETS = (
    Preset("Llama 3: 16,384 H100 for 54 days", {}),
    Preset(
        "The same by cause: 42 stops by the network, 3 by power supplies",
        {
            "nics": "16384",
            "psus": "4096",
            "device_mtbf": "56775 hour",
            "nic_mtbf": "505563 hour",
            "psu_mtbf": "1769472 hour",
        },
    ),
    Preset("The same, a checkpoint an hour", {"own_interval": "1 hour"}),
    Preset("The same, a checkpoint a minute", {"own_interval": "60 s"}),
    Preset("The same, 131,072 devices", {"devices": "131072", "nodes": "16384"}),
    Preset(
        "Eight nodes for two weeks",
        {"devices": "64", "nodes": "8", "job_duration": "14 day", "checkpoint_time": "60 s"},
    ),
    Preset(
        "Parts by their data sheets",
        {"devices": "2048", "nodes": "256", "device_mtbf": "50000 hour", "nics": "2048", "psus": "512"},
    ),
    Preset(
        "Too fragile: slow checkpoints, slow restarts",
        {"devices": "131072", "nodes": "16384", "checkpoint_time": "5 min", "recovery_time": "20 min"},
    ),
)

FALLACIES = (
    Fallacy(
        "Parts that run for ten years hardly ever stop a job of a month.",
        "One such device stops it {before} times on average, 16,384 of them {after} times.",
        "expected_failures",
        {"devices": "1", "device_mtbf": "10 year", "job_duration": "30 day"},
        {"devices": "16384", "device_mtbf": "10 year", "job_duration": "30 day"},
        lambda before, after: before < 0.01 and after > 100,
    ),
    Fallacy(
        "The more checkpoints the safer.",
        "Once a minute leaves {before} of the time; at the best interval {after}: writing costs, too.",
        "goodput",
        {"own_interval": "60 s"},
        {},
        lambda before, after: after > before + 0.05,
    ),
    Fallacy(
        "Checkpoints twice as fast halve what failures cost.",
        "The time lost goes from {before} to {after}: writing and redoing shrink by √2, recovery not at all.",
        "lost_share",
        {"checkpoint_time": "60 s"},
        {"checkpoint_time": "30 s"},
        lambda before, after: after > 0.7 * before,
    ),
)


@solver(
    walls=(15,),
    title="Reliability",
    question="How much of the time do failures and checkpoints leave for work that stays?",
    version="1",
    factor="Goodput",
    verdict=verdict,
    notes=notes,
    headline=("goodput", "cluster_mtbf", "expected_failures", "checkpoint_interval", "useful_time", "lost_share"),
    figures=FIGURES,
    equations=EQUATIONS,
    sources=SOURCES,
    assumptions=ASSUMPTIONS,
    excludes=LIMITATIONS,
    presets=PRESETS,
    fallacies=FALLACIES,
)
def reliability(i: Inputs) -> Outputs:
    parts = ((i.devices, i.device_mtbf), (i.nics, i.nic_mtbf), (i.psus, i.psu_mtbf))
    mtbf = combined_mtbf(*parts)
    shares = [np.asarray(count) / each * mtbf for count, each in parts]
    best = young_daly_interval(i.checkpoint_time, mtbf)
    interval = np.where(np.asarray(i.own_interval) > 0, i.own_interval, best)
    writing = checkpoint_share(i.checkpoint_time, interval)
    again, recovering = failure_share(interval, 0.0, mtbf), failure_share(0.0, i.recovery_time, mtbf)
    left = goodput(i.checkpoint_time, interval, i.recovery_time, mtbf)
    at_best = goodput(i.checkpoint_time, best, i.recovery_time, mtbf)
    needed = min_mtbf(i.checkpoint_time, i.recovery_time)
    return Outputs(
        cluster_mtbf=mtbf,
        failure_probability=failure_probability(i.job_duration, mtbf),
        expected_failures=i.job_duration / mtbf,
        checkpoint_interval=best,
        goodput=left,
        progresses=left > 0,
        lost_share=writing + again + recovering,
        checkpoint_share=writing,
        lost_work_share=again,
        recovery_share=recovering,
        # At the best interval writing and rework are equal up to rounding: writing is named.
        largest_loss=_largest(writing, again * (1 - 1e-12), recovering),
        interval_used=interval,
        best_goodput=at_best,
        # The sweep starts where work remains possible, and not at 0, which stands for the best interval.
        own_goodput=np.where((np.asarray(i.own_interval) > 0) & (left > 0), left, math.nan),
        # Where the given interval is the best one, the difference is 0, not a rounding error.
        goodput_given_up=np.maximum(at_best - left, 0),
        useful_time=np.maximum(left, 0) * i.job_duration,
        time_to_finish=np.where(left > 0, ratio_or_inf(i.job_duration, np.maximum(left, 0)), math.inf),
        failures_per_day=_DAY / mtbf,
        device_share=shares[FailingPart.DEVICES],
        nic_share=shares[FailingPart.NICS],
        psu_share=shares[FailingPart.PSUS],
        most_failures=_largest(*shares),
        node_mtbf=np.asarray(i.nodes) * mtbf,
        mtbf_needed=needed,
        largest_fleet=np.floor(ratio_or_inf(np.asarray(i.devices) * mtbf, needed)),
        daly_goodput=daly_goodput(i.checkpoint_time, interval, i.recovery_time, mtbf),
    )


def _largest(*columns: Array) -> Codes:
    """Return the index of the largest column, row by row; the first of equal ones."""
    return np.asarray(np.argmax(np.stack(np.broadcast_arrays(*columns)), axis=0))
