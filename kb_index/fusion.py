"""How the evidence of both fields and of the words becomes one score."""

import numpy as np

from kb_index.field import FieldScores, Scores

# Weights and sharpness were measured, see docs/knowledge-base.md.
EITHER, QUESTION, PASSAGE, THROUGHOUT, WORDS, LEARNED = 1.0, 0.8, 0.5, 0.4, 0.6, 0.8
_SHARPNESS = 8.0
_SUM = EITHER + QUESTION + PASSAGE + THROUGHOUT + WORDS
# Below e to the minus 8 one improbable article is no worse than another.
LEAST_LOG_PROBABILITY = -8.0


def fuse(questions: FieldScores, passages: FieldScores, words: Scores, learned: Scores | None = None) -> Scores:
    """One score for each article, about 0 to 1.

    A soft maximum over the fields (one very like question, or one very like passage, is enough), each field's best
    row, the mean over all rows (the article is about this throughout), and BM25 of the whole article. `learned`,
    where there is one, are the log-probabilities of `kb_index.head`.
    """
    either = np.logaddexp(_SHARPNESS * questions.best, _SHARPNESS * passages.best) / _SHARPNESS
    throughout = (questions.total + passages.total) / np.maximum(questions.rows + passages.rows, 1)
    fused: Scores = (
        EITHER * either + QUESTION * questions.best + PASSAGE * passages.best + THROUGHOUT * throughout + WORDS * words
    ).astype(np.float32)
    if learned is None:
        return fused / np.float32(_SUM)
    likely: Scores = 1.0 - np.maximum(learned, LEAST_LOG_PROBABILITY) / LEAST_LOG_PROBABILITY
    return (fused + LEARNED * likely) / np.float32(_SUM + LEARNED)
