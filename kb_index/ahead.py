"""What is worked out of vectors, for the next ones along with the one that is asked for."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np

from kb_index.embedding import SentenceEncoder, Vectors

T = TypeVar("T")

KEPT = 16
"""So many results wait to be asked for, unless told otherwise; the oldest are forgotten first."""


class Ahead(Generic[T]):
    """Results of `work`, which takes rows of vectors and gives one result a row, in order.

    Comparing one vector with thousands of rows is mostly fetching these rows, so where customers wait, the vectors that
    their turns will ask for are compared along with the present one. Not for several threads at once.

    With `remembered` the latest so many results are given again, to who does not change them: 'thanks' and 'yes' come
    many times a day. Without, a result is given once.
    """

    def __init__(
        self,
        work: Callable[[Vectors], Sequence[T]],
        expected: Callable[[], Sequence[Vectors]],
        *,
        remembered: int = 0,
    ) -> None:
        self._work = work
        self._expected = expected
        self._again, self._kept = remembered > 0, max(remembered, KEPT)
        self._known: OrderedDict[bytes, T] = OrderedDict()

    def of(self, vector: Vectors) -> T:
        """The result for one vector."""
        key = vector.tobytes()
        if key in self._known:
            found = self._known.pop(key)
            if self._again:
                self._known[key] = found
            return found
        next_ones = {each.tobytes(): each for each in self._expected()}
        others = {name: each for name, each in next_ones.items() if name != key and name not in self._known}
        result, *more = self._work(np.stack([vector, *others.values()]))
        self._known.update(zip(others, more, strict=True))
        if self._again:
            self._known[key] = result
        while len(self._known) > self._kept:
            self._known.popitem(last=False)
        return result

    def forget(self) -> None:
        """What was worked out is true no longer."""
        self._known.clear()


def expected_by(encoder: SentenceEncoder) -> Callable[[], Sequence[Vectors]]:
    """The vectors that an encoder knows will be asked for, if it is one that knows any."""
    expected: Callable[[], Sequence[Vectors]] = getattr(encoder, "ahead", lambda: ())
    return expected
