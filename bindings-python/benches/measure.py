"""Times of this library next to those of what people write by hand, in one run and by turns."""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 15
LONG_ENOUGH = 0.004
"""One measurement takes at least so many seconds, so that the clock and the scheduler do not matter."""


def compare(work: str, about: str, ours: Callable[[], object], peers: dict[str, Callable[[], object]]) -> None:
    """Print a line for each peer: the median of the ratios of measurements next to each other, and both medians."""
    ours()
    times = repetitions(ours)
    rounds = []
    for _ in range(ROUNDS):
        rounds.append([seconds(run, times) for run in (ours, *peers.values())])
    for index, peer in enumerate(peers, 1):
        ratio = statistics.median(one[index] / one[0] for one in rounds)
        own, theirs = (statistics.median(one[which] for one in rounds) * 1e6 for which in (0, index))
        emit(work=work, about=about, peer=peer, ratio=ratio, ours_us=own, peer_us=theirs)


def grow(work: str, about: str, size: int, ours: Callable[[], object]) -> None:
    """Print the time of one size."""
    ours()
    times = repetitions(ours)
    emit(work=work, about=about, size=size, ours_us=statistics.median(seconds(ours, times) for _ in range(5)) * 1e6)


def emit(**figures: object) -> None:
    """Print one line of the report."""
    print(json.dumps({"language": "Python", **figures}), flush=True)


def repetitions(run: Callable[[], object]) -> int:
    """Tell how often to run something so that it takes long enough."""
    times = 1
    while seconds(run, times) * times < LONG_ENOUGH:
        times *= 2
    return times


def seconds(run: Callable[[], object], times: int) -> float:
    """Time one of so many runs."""
    began = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - began) / times
