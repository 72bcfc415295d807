"""Which of two encoders is quicker on this machine, as it serves."""

import time
from statistics import median

from kb_index.embedding import SentenceEncoder

_TIMED = 15
TYPICAL = tuple(f"Where is my order of {day} May and why has it not been sent yet?" for day in range(1, 9))
"""Eight texts as customers write them."""


def quicker(candidate: SentenceEncoder, present: SentenceEncoder) -> bool:
    """Whether `candidate` spends less processor time on a text alone and on eight at once, both taken together."""
    spent: dict[SentenceEncoder, float] = {candidate: 0.0, present: 0.0}
    for texts in (TYPICAL[:1], TYPICAL):
        for encoder in spent:
            encoder.encode(texts)
        taken: dict[SentenceEncoder, list[float]] = {encoder: [] for encoder in spent}
        for _ in range(_TIMED):
            for encoder in spent:  # in turns, so that other work on the machine meets both
                started = time.process_time()
                encoder.encode(texts)
                taken[encoder].append(time.process_time() - started)
        for encoder, times in taken.items():
            spent[encoder] += median(times) / len(texts)
    return spent[candidate] < spent[present]
