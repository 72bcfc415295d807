"""Of two encoders the one that spends less, alone and with several texts, is known as the quicker."""

import time
from collections.abc import Sequence

import numpy as np

from kb_index.quicker import quicker


class Busy:
    """An encoder that takes so many seconds of processor time a text."""

    model_id, dimension = "busy", 2

    def __init__(self, alone: float, in_a_batch: float) -> None:
        self._alone, self._in_a_batch = alone, in_a_batch

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        until = time.process_time() + (self._alone if len(texts) == 1 else self._in_a_batch * len(texts))
        while time.process_time() < until:
            pass
        return np.zeros((len(texts), 2), dtype=np.float32)


def test_the_quicker_form_serves_a_text_alone_and_a_batch_taken_together() -> None:
    present = Busy(0.002, 0.002)
    assert quicker(Busy(0.001, 0.001), present)
    assert not quicker(Busy(0.003, 0.003), present)
    assert not quicker(Busy(0.001, 0.004), present), "what it saves alone it loses where customers wait"
