"""Follow-up questions: 'and for boots?' is read with the question before it."""

import numpy as np

from kb_index.embedding import SentenceEncoder
from kb_index.ranking import Question, terms_of
from kb_index.words import words

_OPENINGS = {"and", "or", "but", "also", "then", "plus", "same", "else"}
_LEADS = (("what", "about"), ("how", "about"), ("what", "if"), ("what", "else"), ("how", "so"))
_POINTERS = {"it", "that", "this", "them", "they", "those", "these", "there", "one", "ones", "then", "its", "else"}
_POINTING_WORDS = 10
_SHORT_WORDS = 5
# Measured on follow-ups written for development: with less the subject is lost, with more the new detail.
_SHARE_OF_BOTH = 0.5
_WEIGHT_OF_EARLIER_WORDS = 0.5


def leans_on_context(question: str) -> bool:
    """Whether the wording points back: 'and for boots?', 'how long does it take?'."""
    said = words(question)
    if not said:
        return False
    opened = said[0] in _OPENINGS or tuple(said[:2]) in _LEADS
    return opened or (len(said) <= _POINTING_WORDS and not _POINTERS.isdisjoint(said))


def may_lean_on_context(question: str) -> bool:
    """Whether the question is so short that something may be left unsaid."""
    return len(words(question)) <= _SHORT_WORDS


def read_together(question: Question, earlier: str, encoder: SentenceEncoder) -> Question:
    """The question with the earlier one as its background; its own words weigh more."""
    both = encoder.encode([f"{earlier} {question.text}"])[0]
    vector = _SHARE_OF_BOTH * both + (1 - _SHARE_OF_BOTH) * question.vector
    terms = dict.fromkeys(terms_of(earlier), _WEIGHT_OF_EARLIER_WORDS) | dict(question.terms)
    return Question(question.text, (vector / np.linalg.norm(vector)).astype(np.float32), terms)
