"""How often does a component of a fleet fail, and how much goodput is left?

Daly 2006 for the optimal checkpoint interval and the goodput, with failures during checkpoints
and restarts too; Young 1974 for the first-order approximation, which is shown beside it. Defaults are Llama 3's run of
54 days on 16,384 H100: 419 unexpected interruptions (Grattafiori et al. 2024, section 3.3.4 and table 5). Not modeled:
correlated and early failures, spare devices, stragglers and silent data corruption.
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
from solvers.laws.goodput import daly_goodput, daly_interval, least_mtbf, time_shares
from solvers.laws.ratio import ratio_or_inf
from solvers.laws.reliability import combined_mtbf, failure_probability, goodput, young_daly_interval
from solvers.specs import Fleet
from solvers.verdict import State, Verdict

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
# Below this share of the time left a job takes over a hundred times as long: it makes no progress.
_PROGRESS = 0.01
# Llama 3: number of devices, and seconds of the run.
_DEVICES, _RUN = 16384, 54 * _DAY


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
        help="Devices of one job; if one fails, the whole job stops.",
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
        help="Nodes that contain the devices; used for the node MTBF only.",
    )
    device_mtbf: Array = number(
        "s",
        "Device MTBF",
        inputs.DEVICE_MTBF,
        exclusive_min=True,
        high=1e12 * _HOUR,
        slider=(3.6e6, 3.6e10),
        log=True,
        display_unit="hour",
        symbol="m_d",
        help="Mean time between job-stopping failures per device. Default: all interruptions reported for Llama 3.",
    )
    nics: Array = number(
        "1",
        "NICs",
        0,
        high=1e8,
        slider=(0, 131072),
        log=True,
        integer=True,
        symbol="n_n",
        help="Counted separately from devices, with cables and switch ports.",
        zero_means="with devices",
    )
    nic_mtbf: Array = number(
        "s",
        "NIC MTBF",
        1e6 * _HOUR,
        exclusive_min=True,
        high=1e12 * _HOUR,
        slider=(3.6e7, 3.6e11),
        log=True,
        display_unit="hour",
        symbol="m_n",
    )
    psus: Array = number(
        "1",
        "Power supplies (PSUs)",
        0,
        high=1e8,
        slider=(0, 32768),
        log=True,
        integer=True,
        symbol="n_p",
        help="Counted separately from devices.",
        zero_means="with devices",
    )
    psu_mtbf: Array = number(
        "s",
        "PSU MTBF",
        1e5 * _HOUR,
        exclusive_min=True,
        high=1e12 * _HOUR,
        slider=(3.6e7, 3.6e11),
        log=True,
        display_unit="hour",
        symbol="m_p",
    )
    job_duration: Array = number(
        "s",
        "Job duration",
        _RUN,
        high=1e8 * _DAY,
        slider=(_HOUR, 365 * _DAY),
        log=True,
        display_unit="day",
        symbol="T",
        help="Wall-clock time from start to end; not used if the failure-free time is given.",
    )
    work_time: Array = number(
        "s",
        "Failure-free time",
        0,
        high=1e8 * _DAY,
        slider=(0, 365 * _DAY),
        display_unit="day",
        symbol=r"T_0",
        advanced=True,
        help="Time the job would take without failures and checkpoints. Its duration follows from the goodput.",
        zero_means="duration is given",
    )
    checkpoint_time: Array = number(
        "s",
        "Checkpoint time",
        10,
        high=1e9,
        slider=(0, 1800),
        symbol=r"\delta",
        help="Time the job stops for one checkpoint; the default is an assumption.",
    )
    recovery_time: Array = number(
        "s",
        "Recovery time",
        600,
        high=1e9,
        slider=(0, 7200),
        symbol="R",
        help="Time from a failure until the job runs again; the default is an assumption.",
    )
    own_interval: Array = number(
        "s",
        "Checkpoint interval",
        0,
        high=1e11 * _MINUTE,
        slider=(0, _DAY),
        log=True,
        display_unit="min",
        symbol=r"\tau_\text{own}",
        help="Time between checkpoints. Empty: the optimal interval.",
        zero_means="optimal interval",
    )


_NO_PROGRESS = "never finishes: no progress"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    cluster_mtbf: Array = output(
        "s", "Job MTBF", display_unit="hour", symbol="M", help="Mean time between failures of any component."
    )
    failure_probability: Array = output(
        "1",
        "Probability of at least one failure",
        display_unit="percent",
        symbol="P",
        help="Probability that at least one failure occurs during the job.",
    )
    expected_failures: Array = output(
        "1",
        "Expected failures",
        symbol="F",
        if_infinite="no limit (no progress)",
        help="Mean number of failures during the job.",
    )
    daly_goodput: Array = output(
        "1", "Goodput", display_unit="percent", symbol="G", help="Share of the time whose work is kept (Daly)."
    )
    best_interval: Array = output(
        "s", "Optimal checkpoint interval", symbol=r"\tau^*", help="Interval with the least lost time (Daly)."
    )
    checkpoint_interval: Array = output(
        "s",
        "Young's checkpoint interval",
        symbol=r"\tau_Y",
        help="First-order optimum: writing and rework cost the same.",
    )
    goodput: Array = output(
        "1",
        "First-order goodput",
        display_unit="percent",
        symbol="G_Y",
        help="Young's estimate at the chosen or Young's interval; 0 where failures are too frequent for it.",
    )
    progresses: Truth = flag("Makes progress", help="Goodput is above 1 %.")
    rare_failures: Truth = flag(
        "Failures are rare", help="At least five checkpoints and recoveries fit between two failures."
    )
    lost_share: Array = output(
        "1", "Overhead", display_unit="percent", help="Checkpointing, rework and recovery together."
    )
    checkpoint_share: Array = output(
        "1", "Checkpointing overhead", display_unit="percent", symbol="L_c", help="Checkpoints that are kept."
    )
    lost_work_share: Array = output(
        "1",
        "Rework overhead",
        display_unit="percent",
        symbol="L_w",
        help="Work lost to failures, and checkpoints interrupted by one.",
    )
    recovery_share: Array = output(
        "1",
        "Recovery overhead",
        display_unit="percent",
        symbol="L_r",
        help="Recovery, and recoveries interrupted by a failure.",
    )
    largest_loss: Codes = label(TimeLoss, "Largest loss")
    interval_used: Array = output("s", "Interval used", symbol=r"\tau", help="The chosen interval, or the optimal one.")
    best_goodput: Array = output("1", "Goodput at the optimal interval", display_unit="percent", symbol="G^*")
    own_goodput: Array = output(
        "1", "Goodput at the chosen interval", display_unit="percent", if_infinite="none chosen"
    )
    goodput_given_up: Array = output("1", "Goodput lost to the chosen interval", display_unit="percent")
    duration: Array = output(
        "s",
        "Job duration in use",
        symbol="T'",
        if_infinite="never ends (no progress)",
        help="The duration given, or the failure-free time over the goodput.",
    )
    useful_time: Array = output("s", "Productive time", help="Part of the job duration whose work is kept.")
    time_to_finish: Array = output(
        "s",
        "Wall-clock time",
        if_infinite="never (no progress)",
        help="Failure-free time, or the job duration where that is not given, over the goodput.",
    )
    failures_per_day: Array = output("1", "Failures per day", symbol="f")
    device_share: Array = output(
        "1", "Device share of failures", display_unit="percent", symbol="s_d", help="Share of all failures."
    )
    nic_share: Array = output("1", "NIC share of failures", display_unit="percent", symbol="s_n")
    psu_share: Array = output("1", "PSU share of failures", display_unit="percent", symbol="s_p")
    most_failures: Codes = label(FailingPart, "Most frequent cause of failure")
    node_mtbf: Array = output(
        "s",
        "Node MTBF",
        symbol="M_N",
        help="Mean time between failures of one node, its share of the network included.",
    )
    mtbf_needed: Array = output(
        "s",
        "Minimum viable job MTBF",
        symbol=r"M_\text{min}",
        help="Five times checkpoint plus recovery time; below it goodput falls steeply.",
    )
    largest_fleet: Array = output(
        "1",
        "Largest fleet with rare failures",
        if_infinite="no limit (failures cost nothing)",
        help="Devices, with other components in proportion.",
    )


def verdict(i: Inputs, o: Outputs) -> Verdict:
    if not o.progresses:
        failing = "No progress. A failure every {cluster_mtbf} leaves hardly any time for work."
        return Verdict(State.MISSED, f"{failing} {_what_would_do(o)}")
    first = "{daly_goodput} goodput. One failure every {cluster_mtbf}, {expected_failures} over the job."
    if i.own_interval > 0 and o.goodput_given_up > 0.01:
        return Verdict(
            State.STORAGE,
            f"{first} Checkpoints every {{interval_used}} cost {{goodput_given_up}}: every {{best_interval}} would be "
            "best.",
        )
    if not o.rare_failures:
        return Verdict(State.OVERHEAD, f"{first} {_what_rare_failures_need(o)}")
    state, loss = _what_takes_most(o)
    return Verdict(state, f"{first} {loss}")


def _what_would_do(o: Outputs) -> str:
    if o.best_goodput > 0.1:
        return "Checkpoints every {best_interval} instead of {interval_used} would give {best_goodput} goodput."
    return _what_rare_failures_need(o)


def _what_rare_failures_need(o: Outputs) -> str:
    if o.largest_fleet < 1:
        return "Faster checkpoints or faster recovery would help."
    return "Failures are rare up to {largest_fleet} devices; faster checkpoints or restarts would help."


def _what_takes_most(o: Outputs) -> tuple[State, str]:
    if not o.lost_share:
        return State.OK, "Nothing is lost: neither checkpoints nor recovery take time."
    if o.largest_loss == TimeLoss.RECOVERY:
        return State.OVERHEAD, "Recovery costs most, {recovery_share}: faster restarts or a higher MTBF would help."
    if o.largest_loss == TimeLoss.CHECKPOINTS and o.goodput_given_up > 0:
        return State.STORAGE, "Checkpoints cost most, {checkpoint_share}: faster or less frequent ones would help."
    return (
        State.STORAGE,
        "Checkpoints cost {checkpoint_share} and rework {lost_work_share}: faster checkpoints would help.",
    )


def notes(i: Inputs, o: Outputs) -> Iterator[str]:
    if not o.rare_failures:
        yield (
            "Failures are not rare: the job MTBF is less than five times the {checkpoint_time} of a checkpoint "
            "plus the "
            "{recovery_time} of a recovery; a job MTBF of {mtbf_needed} would suffice. Young's first-order "
            "estimate of {goodput} is inaccurate here; the goodput shown is Daly's, {daly_goodput}."
        )
    elif np.abs(o.daly_goodput - o.goodput) > 0.005:
        yield "Young's first-order estimate, without failures during checkpoints, is {goodput}."
    if i.nodes > i.devices:
        yield "There are more nodes than devices."
    if i.fleet is not None and i.device_mtbf == inputs.DEVICE_MTBF:
        yield "The device MTBF of {fleet} is not known; that of the H100s of Llama 3's training run is assumed."


FIGURES = (
    curve("own_interval", ("own_goodput",), "Goodput vs. checkpoint interval", x_marks=("best_interval",), logy=False),
    curve(
        "devices",
        ("best_goodput", "cluster_mtbf"),
        "Goodput and job MTBF vs. devices",
        x_marks=("largest_fleet",),
        logy=False,
    ),
    Chart("bars", "Time lost by cause", (), ("checkpoint_share", "lost_work_share", "recovery_share")),
    Chart("bars", "Failures by component", (), ("device_share", "nic_share", "psu_share")),
    curve("checkpoint_time", ("best_goodput",), "Goodput vs. checkpoint time", logy=False),
)

EQUATIONS = (
    Equation(
        "cluster_mtbf",
        r"@cluster_mtbf = \frac{1}{\frac{@devices}{@device_mtbf} + \frac{@nics}{@nic_mtbf} + \frac{@psus}{@psu_mtbf}}",
    ),
    Equation(
        "duration",
        r"@duration = \frac{@work_time}{@daly_goodput}",
        where=lambda i, o: i.work_time > 0 and o.daly_goodput > 0,
    ),
    Equation("expected_failures", r"@expected_failures = \frac{@duration}{@cluster_mtbf}"),
    Equation("failure_probability", r"@failure_probability = 1 - e^{-\frac{@duration}{@cluster_mtbf}}"),
    Equation("checkpoint_interval", r"@checkpoint_interval = \sqrt{2 \cdot @checkpoint_time \cdot @cluster_mtbf}"),
    Equation(
        "best_interval",
        r"@best_interval = \sqrt{2 \cdot @checkpoint_time \cdot @cluster_mtbf} \cdot (1 + "
        r"\frac{1}{3} \cdot \sqrt{\frac{@checkpoint_time}{2 \cdot @cluster_mtbf}} + "
        r"\frac{@checkpoint_time}{18 \cdot @cluster_mtbf}) - @checkpoint_time",
        where=lambda i, o: i.checkpoint_time < 2 * o.cluster_mtbf,
    ),
    Equation(
        "best_interval",
        r"@best_interval = @cluster_mtbf",
        where=lambda i, o: i.checkpoint_time >= 2 * o.cluster_mtbf,
    ),
    Equation(
        "daly_goodput",
        r"@daly_goodput = \frac{@interval_used}{@cluster_mtbf \cdot e^{\frac{@recovery_time}{@cluster_mtbf}} \cdot "
        r"(e^{\frac{@interval_used + @checkpoint_time}{@cluster_mtbf}} - 1)}",
        # Where the exponent is tiny the difference printed loses the digits that the code keeps.
        where=lambda i, o: o.interval_used + i.checkpoint_time > 1e-4 * o.cluster_mtbf and o.daly_goodput > 0,
    ),
    Equation(
        "checkpoint_share",
        r"@checkpoint_share = @daly_goodput \cdot \frac{@checkpoint_time}{@interval_used}",
        where=lambda i, o: i.checkpoint_time > 0,
    ),
    Equation(
        "recovery_share",
        r"@recovery_share = 1 - e^{-\frac{@recovery_time}{@cluster_mtbf}}",
        where=lambda i, o: i.recovery_time > 1e-4 * o.cluster_mtbf,
    ),
    Equation("lost_share", r"@lost_share = @checkpoint_share + @lost_work_share + @recovery_share"),
    Equation(
        "goodput",
        r"@goodput = 1 - \frac{@checkpoint_time}{@checkpoint_interval} - "
        r"\frac{\frac{@checkpoint_interval}{2} + @recovery_time}{@cluster_mtbf}",
        where=lambda i, o: i.checkpoint_time > 0 and i.own_interval == 0 and o.goodput > 0,
    ),
    Equation(
        "goodput",
        r"@goodput = 1 - \frac{@checkpoint_time}{@own_interval} - "
        r"\frac{\frac{@own_interval}{2} + @recovery_time}{@cluster_mtbf}",
        where=lambda i, o: i.own_interval > 0 and o.goodput > 0,
    ),
    Equation("useful_time", r"@useful_time = @daly_goodput \cdot @duration"),
    Equation(
        "time_to_finish",
        r"@time_to_finish = \frac{@job_duration}{@daly_goodput}",
        where=lambda i, o: o.daly_goodput > 0 and i.work_time == 0,
    ),
    Equation("failures_per_day", r"@failures_per_day = \frac{\text{24 h}}{@cluster_mtbf}"),
    Equation("device_share", r"@device_share = \frac{@devices}{@device_mtbf} \cdot @cluster_mtbf"),
    Equation("nic_share", r"@nic_share = \frac{@nics}{@nic_mtbf} \cdot @cluster_mtbf"),
    Equation("psu_share", r"@psu_share = \frac{@psus}{@psu_mtbf} \cdot @cluster_mtbf"),
    Equation("node_mtbf", r"@node_mtbf = @nodes \cdot @cluster_mtbf"),
    Equation(
        "mtbf_needed",
        r"@mtbf_needed = 5 \cdot (@checkpoint_time + @recovery_time)",
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
    "Components fail independently at constant rates; any failure stops the whole job.",
    "A failure may occur during work, a checkpoint or a recovery, and loses all work since the last checkpoint.",
    "The job stops while it writes a checkpoint.",
    "By default all of Llama 3's interruptions count as device failures, including network, power and software.",
)

LIMITATIONS = (
    "Spare devices, and jobs that continue with fewer devices.",
    "Stragglers and silent data corruption.",
    "Planned maintenance.",
    "The time of a checkpoint; the checkpoint wall models it.",
)

PRESETS = (
    Preset("Llama 3: 16,384 H100 for 54 days", {}),
    Preset(
        "Llama 3, failures by cause: 42 network, 3 power supply",
        {
            "nics": "16384",
            "psus": "4096",
            "device_mtbf": "56775 hour",
            "nic_mtbf": "505563 hour",
            "psu_mtbf": "1769472 hour",
        },
    ),
    Preset("Llama 3, checkpoint every hour", {"own_interval": "1 hour"}),
    Preset("Llama 3, checkpoint every minute", {"own_interval": "60 s"}),
    Preset("Llama 3, scaled to 131,072 H100", {"devices": "131072", "nodes": "16384"}),
    Preset(
        "Eight nodes for two weeks",
        {"devices": "64", "nodes": "8", "job_duration": "14 day", "checkpoint_time": "60 s"},
    ),
    Preset(
        "2,048 devices, component MTBFs from data sheets",
        {"devices": "2048", "nodes": "256", "device_mtbf": "50000 hour", "nics": "2048", "psus": "512"},
    ),
    Preset(
        "131,072 devices, slow checkpoints and restarts",
        {"devices": "131072", "nodes": "16384", "checkpoint_time": "5 min", "recovery_time": "20 min"},
    ),
)

FALLACIES = (
    Fallacy(
        "Components with a ten-year MTBF hardly affect a one-month job.",
        "One such device fails {before} times on average during the job; 16,384 devices fail {after} times.",
        "expected_failures",
        {"devices": "1", "device_mtbf": "10 year", "job_duration": "30 day"},
        {"devices": "16384", "device_mtbf": "10 year", "job_duration": "30 day"},
        lambda before, after: before < 0.01 and after > 100,
    ),
    Fallacy(
        "More frequent checkpoints always help.",
        "Goodput is {before} with a checkpoint every minute and {after} at the optimal interval: writing takes "
        "time, too.",
        "daly_goodput",
        {"own_interval": "60 s"},
        {},
        lambda before, after: after > before + 0.05,
    ),
    Fallacy(
        "Twice as fast checkpoints halve the cost of failures.",
        "The overhead falls from {before} to {after}: checkpointing and rework shrink by √2, recovery not at all.",
        "lost_share",
        {"checkpoint_time": "60 s"},
        {"checkpoint_time": "30 s"},
        lambda before, after: after > 0.7 * before,
    ),
)


@solver(
    walls=(15,),
    title="Reliability",
    question="How much goodput do failures and checkpoints leave?",
    version="4",
    factor="Goodput",
    verdict=verdict,
    notes=notes,
    headline=("daly_goodput", "cluster_mtbf", "expected_failures", "best_interval", "useful_time", "goodput"),
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
    failing = [np.asarray(count) / each * mtbf for count, each in parts]
    first_order, best = young_daly_interval(i.checkpoint_time, mtbf), daly_interval(i.checkpoint_time, mtbf)
    own = np.asarray(i.own_interval)
    interval = np.where(own > 0, own, best)
    shares = time_shares(i.checkpoint_time, interval, i.recovery_time, mtbf)
    at_best = daly_goodput(i.checkpoint_time, best, i.recovery_time, mtbf)
    needed = least_mtbf(i.checkpoint_time, i.recovery_time)
    work = np.asarray(i.work_time)
    duration = np.where(work > 0, ratio_or_inf(work, shares.goodput), i.job_duration)
    return Outputs(
        cluster_mtbf=mtbf,
        failure_probability=failure_probability(duration, mtbf),
        expected_failures=duration / mtbf,
        daly_goodput=shares.goodput,
        best_interval=best,
        checkpoint_interval=first_order,
        goodput=np.maximum(goodput(i.checkpoint_time, np.where(own > 0, own, first_order), i.recovery_time, mtbf), 0),
        progresses=shares.goodput > _PROGRESS,
        rare_failures=mtbf >= needed,
        lost_share=shares.writing + shares.again + shares.restarting,
        checkpoint_share=shares.writing,
        lost_work_share=shares.again,
        recovery_share=shares.restarting,
        largest_loss=_largest(shares.writing, shares.again, shares.restarting),
        interval_used=interval,
        best_goodput=at_best,
        # A line over it starts at the first interval chosen, and not at 0, which stands for the best one.
        own_goodput=np.where(own > 0, shares.goodput, math.nan),
        # Daly's best interval is a truncated series: the given one may be better by less than a thousandth.
        goodput_given_up=np.maximum(at_best - shares.goodput, 0),
        duration=duration,
        useful_time=np.where(work > 0, work, shares.goodput * i.job_duration),
        time_to_finish=ratio_or_inf(np.where(work > 0, work, i.job_duration), shares.goodput),
        failures_per_day=_DAY / mtbf,
        device_share=failing[FailingPart.DEVICES],
        nic_share=failing[FailingPart.NICS],
        psu_share=failing[FailingPart.PSUS],
        most_failures=_largest(*failing),
        node_mtbf=np.asarray(i.nodes) * mtbf,
        mtbf_needed=needed,
        largest_fleet=np.floor(ratio_or_inf(np.asarray(i.devices) * mtbf, needed)),
    )


def _largest(*columns: Array) -> Codes:
    """Return the index of the largest column, row by row; the first of equal ones."""
    return np.asarray(np.argmax(np.stack(np.broadcast_arrays(*columns)), axis=0))
