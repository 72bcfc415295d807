"""The conversation core's figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

STAGE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60)


class CoreMetrics:
    """`Observer` that counts turns by outcome and times their stages."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._turns = Counter("baton_turns", "Turns by outcome", ["outcome"], registry=registry)
        self._stages = Histogram(
            "baton_turn_stage_seconds", "Stages of a turn", ["stage"], buckets=STAGE_SECONDS, registry=registry
        )
        self._waiting = Gauge("baton_turns_owed", "Turns owed to customers", registry=registry)
        self._age = Gauge("baton_oldest_turn_seconds", "Age of the oldest turn owed", registry=registry)
        self._dropped = Counter("baton_dropped", "Replies and turns that were not used", ["what"], registry=registry)

    def turn_finished(self, outcome: str, stages: Mapping[str, float]) -> None:
        """See `Observer`."""
        self._turns.labels(outcome).inc()
        for stage, milliseconds in stages.items():
            self._stages.labels(stage).observe(milliseconds / 1000)

    def outbox(self, waiting: int, oldest_seconds: float) -> None:
        """See `Observer`."""
        self._waiting.set(waiting)
        self._age.set(oldest_seconds)

    def dropped(self, what: str) -> None:
        """See `Observer`."""
        self._dropped.labels(what).inc()


class LineMetrics:
    """The line of customers who wait for a person, as the gateway that routes sees it; 0 at the others."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._length = Gauge("baton_people_waiting", "Customers in line for a person", registry=registry)
        self._longest = Gauge("baton_longest_wait_seconds", "Wait of the first in that line", registry=registry)

    def seen(self, length: int, longest_seconds: float) -> None:
        """How many wait and how long the one who has waited longest has."""
        self._length.set(length)
        self._longest.set(longest_seconds)


def watch_database(registry: CollectorRegistry, waiting: Callable[[], int]) -> None:
    """Show how many of this process's scripts wait for the database."""
    gauge = Gauge("baton_database_waiting", "Scripts of this gateway that wait for the database", registry=registry)
    gauge.set_function(waiting)
