"""What customers think of it, kept with the figures of the run they speak of."""

from __future__ import annotations

from bot.conversation.ledger import Ledger
from bot.conversation.model import Episode
from bot.conversation.writing import ConversationWriting
from bot.errors import Conflict, InvalidInput

SCALES = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7)}
COMMENT_LIMIT = 2000


class FeedbackSide(ConversationWriting):
    """The customer's verdict."""

    async def feedback(self, conversation_id: str, kind: str, score: int, comment: str | None = None) -> None:
        """Keep a score of the newest run of the conversation; a second one of the same kind replaces the first.

        Scales: csat 1 to 5, nps 0 to 10, ces 1 to 7. Errors: `InvalidInput` `bad_feedback`; `Conflict`
        `nothing_to_rate` when the customer has not written yet.
        """
        said = _check(kind, score, comment)

        def script(ledger: Ledger) -> None:
            if not ledger.episode.customer_messages and not ledger.episode.escalated_at:
                raise Conflict("There is nothing to rate yet.", code="nothing_to_rate")
            ledger.figure(**{kind: score})
            if said:
                ledger.figure(csat_comment=_joined(ledger.episode, said))
            ledger.log("feedback", {"kind": kind, "score": score, "comment": said}, private=True)

        await self._on(conversation_id, script)


def _joined(episode: Episode, comment: str) -> str:
    earlier = episode.csat_comment
    return comment if not earlier or comment in earlier else f"{earlier}\n{comment}"[-COMMENT_LIMIT:]


def _check(kind: str, score: int, comment: str | None) -> str | None:
    if kind not in SCALES:
        raise InvalidInput("Feedback is csat, nps or ces.", code="bad_feedback", details={"kinds": sorted(SCALES)})
    low, high = SCALES[kind]
    if isinstance(score, bool) or not isinstance(score, int) or not low <= score <= high:
        raise InvalidInput(
            f"A {kind} score goes from {low} to {high}.", code="bad_feedback", details={"from": low, "to": high}
        )
    if comment is None:
        return None
    if not isinstance(comment, str) or len(comment) > COMMENT_LIMIT:
        raise InvalidInput(f"A comment has at most {COMMENT_LIMIT:,} characters.", code="bad_feedback")
    return comment.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8").strip() or None
