"""Percentiles of times, the same way in every report."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds by the nearest-rank method; empty input gives zeros."""
    ordered = sorted(seconds)
    return {f"p{q}": round(_rank(ordered, q) * 1000, 1) for q in (50, 95, 99)}


def _rank(ordered: Sequence[float], q: int) -> float:
    return ordered[max(0, math.ceil(len(ordered) * q / 100) - 1)] if ordered else 0.0
