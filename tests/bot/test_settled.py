from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.settled import settle


class Knot:
    """An object that only the collector can take away."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collector_as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_comes_later_is_collected_and_what_has_gone_since_at_the_next_settling() -> None:
    old = Knot()
    settle()
    frozen = gc.get_freeze_count()
    assert frozen > 1000
    young, seen_old, seen_young = Knot(), weakref.ref(old), None
    seen_young = weakref.ref(young)
    del old, young
    gc.collect()
    assert seen_young() is None
    assert seen_old() is not None
    settle()
    assert seen_old() is None
