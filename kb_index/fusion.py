"""How the evidence of both fields and of the words becomes one score."""

import numpy as np

from kb_index.field import FieldScores, Scores

# Weights and sharpness were measured, see docs/knowledge-base.md.
EITHER, QUESTION, PASSAGE, THROUGHOUT, WORDS = 1.0, 0.8, 0.5, 0.4, 0.6
_SHARPNESS = 8.0
_SUM = EITHER + QUESTION + PASSAGE + THROUGHOUT + WORDS


def fuse(questions: FieldScores, passages: FieldScores, words: Scores) -> Scores:
    """One score for each article, about 0 to 1.

    A soft maximum over the fields (one very like question, or one very like passage, is enough), each field's best
    row, the mean over all rows (the article is about this throughout), and BM25 of the whole article.
    """
    either = np.logaddexp(_SHARPNESS * questions.best, _SHARPNESS * passages.best) / _SHARPNESS
    throughout = (questions.total + passages.total) / np.maximum(questions.rows + passages.rows, 1)
    fused: Scores = (
        EITHER * either + QUESTION * questions.best + PASSAGE * passages.best + THROUGHOUT * throughout + WORDS * words
    ).astype(np.float32) / np.float32(_SUM)
    return fused
