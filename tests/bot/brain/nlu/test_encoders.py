"""One loaded model a process where that is asked for, one for each use elsewhere."""

from functools import lru_cache

import numpy as np
import pytest

from bot.brain.nlu import encoders


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many threads each model may use that was loaded since; what was loaded before is not seen here."""
    threads: list[int] = []

    def load(model, cache_dir, **more):
        threads.append(more.get("threads", 1))
        return load_before(model, cache_dir, **more)

    load_before = encoders.load_encoder
    monkeypatch.setattr(encoders, "load_encoder", load)
    monkeypatch.setattr(encoders._Place, "one_for_all", False)
    for name in ("_serving", "_bulk"):
        monkeypatch.setattr(encoders, name, lru_cache(getattr(encoders, name).__wrapped__))
    return threads


def test_who_serves_has_a_model_of_its_own_with_one_thread(loaded: list[int]) -> None:
    served = encoders.serving_encoder(None).encode(["tent"])
    assert loaded == [1]
    assert served @ encoders.bulk_encoder(None).encode(["tent"]).T > 0.9999
    assert len(loaded) == 2


def test_a_training_loads_one_for_both(loaded: list[int]) -> None:
    encoders.load_only_one()
    served = encoders.serving_encoder(None).encode(["tent"])
    trained = encoders.bulk_encoder(None).encode(["tent"])
    assert len(loaded) == 1
    assert np.array_equal(served, trained)
