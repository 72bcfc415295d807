"""Answers from the knowledge base, with their source; an honest 'I do not know' otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from actions.failures import corrects, count_failure, door_to_person, failed_enough
from actions.handing_over import give_up, offer
from actions.quick_replies import NONE_OF_THESE, NOT_MEANT, PERSON, QuickReply, article
from actions.services import services
from actions.talk import ORDER_FORM, Aside, Talk
from actions.turn import Understanding
from kb_index.answers import Answer, Source, article_url
from kb_index.articles import Article, NextStep
from kb_index.chunks import cut_passages
from kb_index.followups import leans_on_context

MAX_NEXT = 3
CLOSE = 0.1
"""From this confidence on an article is worth showing as what comes closest."""
SURE_OF_KIND = 0.9
"""From this confidence on in what kind of question it is, the usual article of that kind is among those offered."""
OF_ONE_SUBJECT = frozenset(
    {"ask_exchange", "ask_returns", "ask_refund", "ask_payment", "ask_warranty", "ask_price_match"}
)
"""Kinds of question that one article is mostly about; advice on products or care has none."""
NEAR, NEAR_MISS = 0.4, 0.5
"""From this confidence on what comes closest is mostly what was meant: a press away, and half a failure."""
REPEATED_WORDS = 3
"""So many words make a message that is repeated by intent."""
_TELLING = re.compile(r"[^\W\d_]{4,}")
_OF_SHOP = re.compile(
    r"\b(?:(?:do|does|will|would|can|could|are) (?:you|your \w+|fernhill|the \w+ (?:shop|store|branch))"
    r"(?: guys| lot| people| able to| also| ever| still| even)? "
    r"(?:sell|stock|rent|hir(?:e|ing)|lend|lease|run|offer|host|organi[sz]e|sponsor|repair|teach|provide|supply|deliver|ship"
    r"|accept|engrave|embroider|print|install|service|buy|recycle|donate|support|make|do (?:any|\w+ing|\w+s)\b)"
    r"|(?:can|could|may) (?:i|we|one) (?:hire|rent|lease|borrow|trade in|part[- ]exchange|book)\b)",
    re.IGNORECASE,
)
MEANING = "meaning"
"""Awaited after a clarification: the button pressed next says what the message before it meant."""
CLOSEST = "closest"
"""Awaited after what comes closest was shown: a yes settles the question, another article is opened for it."""


class AnswerQuestion(Aside):
    """Answer what was asked, or say that it is not known."""

    action_name = "action_answer"

    async def act(self, talk: Talk) -> None:
        """The question is the message, or the one a clarification was about."""
        question = question_of(talk)
        answer = look_up(talk, question)
        if answer is not None and answer.answerable:
            give(talk, answer, question)
        else:
            admit(talk, question, answer)


class OpenArticle(Aside):
    """The customer chose an article from a button."""

    action_name = "action_open_article"

    async def act(self, talk: Talk) -> None:
        """What it says to the question that it was shown for, else its beginning; with the source."""
        entities = talk.tracker.latest_message.get("entities") or []
        chosen = next((item["value"] for item in entities if item.get("entity") == "article"), None)
        knowledge = services().knowledge
        opened = knowledge.article(str(chosen)) if knowledge and chosen else None
        if knowledge is None or opened is None:
            admit(talk, talk.heard.text)
            return
        question = str(talk.slot("last_question") or "") if talk.slot("awaiting") in (MEANING, CLOSEST) else ""
        open_article(talk, opened, knowledge.passage(opened.id, question) if question else "")


def question_of(talk: Talk) -> str:
    """The customer's own words: a pressed button answers a clarification of the message before it."""
    before = talk.slot("last_question")
    if talk.heard.button and talk.slot("awaiting") == MEANING and before:
        return str(before)
    return talk.heard.text


def look_up(talk: Talk, question: str) -> Answer | None:
    """What the knowledge base says, worked out once a turn for the same question."""
    knowledge = services().knowledge
    if knowledge is None:
        return None
    cache: dict[str, Answer] = talk.turn.remembered.setdefault("answers", {})
    if question not in cache:
        cache[question] = knowledge.answer(question, context_of(talk))
    return cache[question]


def context_of(talk: Talk) -> str | None:
    """What a follow-up is read with: the question before it, or where that was a follow-up itself ('and how much is
    it?') the article that answered it, because such a question has lost what it was about."""
    before, shown = talk.slot("last_question"), talk.slot("last_article")
    return str(shown) if before and shown and leans_on_context(str(before)) else before


def give(talk: Talk, answer: Answer, question: str) -> None:
    """Say the passage, its source and the useful next things; what was said just now is not said again."""
    article_id = answer.sources[0].article_id if answer.sources else None
    if talk.slot("last_article") and corrects(talk.heard) and missed_again(talk):
        return
    again = not talk.heard.button and said_just_now(talk, answer.text)
    same = again and asks_the_same(question, str(talk.slot("last_question") or ""))
    if same or (not talk.heard.button and repeats_itself(talk)):
        same_again(talk)
        return
    sources = [{"title": source.title, "url": source.url} for source in answer.sources[:2]]
    if again:
        # Another question with the same answer: say so, and leave the door open in case it is none.
        talk.turn.findings.offered_human = True
        talk.tell(f"{talk.words('utter_covers_this_too')} {answer.text}", sources=sources, replies=[PERSON])
    else:
        talk.tell(answer.text, sources=sources, replies=next_steps(answer.next))
    answered(talk, question, article_id)


def missed_again(talk: Talk) -> bool:
    """Count an answer that missed what was meant; after the second a person takes over."""
    talk.remember(not_helpful_count=float(talk.count("not_helpful_count") + 1))
    if talk.count("not_helpful_count") < services().policy.attempts:
        return False
    talk.remember(failed_attempts=float(talk.count("failed_attempts") + 1))
    give_up(talk, "repeated_misunderstanding", "not_helpful")
    talk.then("action_hand_over")
    return True


def asks_the_same(question: str, before: str) -> bool:
    """Whether two questions share at least half of the telling words of the shorter one; one without any is only
    'and?' or 'so what', and asks for the same."""
    asked, earlier = (set(_TELLING.findall(text.lower())) for text in (question, before))
    shorter = min(len(asked), len(earlier))
    return len(asked & earlier) * 2 >= shorter


def repeats_itself(talk: Talk) -> bool:
    """Whether the customer writes word for word what was written earlier in this dialogue; too short to tell where it
    has fewer than three words."""
    words = _plain_words(talk.heard.text)
    return len(words) >= REPEATED_WORDS and any(_plain_words(heard.text) == words for heard in talk.earlier())


def _plain_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def said_just_now(talk: Talk, text: str) -> bool:
    """Whether the bot's latest messages hold these very words."""
    said = [event.get("text") for event in talk.tracker.events if event.get("event") == "bot" and event.get("text")]
    return any(text in message for message in said[-2:])


def same_again(talk: Talk) -> None:
    """The question came again right after its answer: the answer did not help. Twice brings a person."""
    talk.remember(not_helpful_count=float(talk.count("not_helpful_count") + 1))
    if talk.count("not_helpful_count") >= services().policy.attempts:
        give_up(talk, "repeated_misunderstanding", "asked_again")
        talk.then("action_hand_over")
    else:
        offer(talk, "utter_same_answer", reason="repeated_misunderstanding")


def open_article(talk: Talk, opened: Article, passage: str = "") -> None:
    """Say this passage of an article, or its first one."""
    source = {"title": opened.title, "url": article_url(opened.id)}
    talk.tell(passage or cut_passages(opened)[0].text, sources=[source], replies=next_steps(opened.next))
    answered(talk, opened.title, opened.id)


def answered(talk: Talk, question: str, article_id: str | None) -> None:
    """A question is settled: failures before it no longer count."""
    talk.turn.findings.answered = True
    talk.remember(last_question=question, last_article=article_id, failed_attempts=0.0, awaiting=None, served=None)


def next_steps(steps: tuple[NextStep, ...]) -> list[QuickReply]:
    """At most three buttons to related articles."""
    return [article(step.title, step.article_id) for step in steps[:MAX_NEXT]]


def admit(talk: Talk, question: str, answer: Answer | None = None) -> None:
    """Say that it is not known; show what comes closest, or offer a person. The second time a person takes over, but a
    likely answer is shown before that, with the person beside it."""
    closest = answer.also if answer and answer.confidence >= CLOSE else ()
    near = bool(closest) and likely(answer)
    shown = [article(source.title, source.article_id) for source in closest[:MAX_NEXT]]
    if near and answer is not None and answer.closest and not said_just_now(talk, answer.closest):
        source = {"title": answer.also[0].title, "url": answer.also[0].url}
        show_closest(talk, question, answer.closest, shown[1:], sources=[source])
        return
    talk.turn.findings.unanswered = question
    count_failure(talk, NEAR_MISS if near else 1.0)
    if failed_enough(talk):
        give_up(talk, "missing_knowledge", "no_answer")
        talk.then("action_hand_over")
        return
    talk.remember(last_question=question)
    if not closest:
        offer(talk, "utter_no_answer", reason="missing_knowledge")
        return
    talk.turn.findings.clarified = talk.asked_back = True
    talk.remember(awaiting=MEANING)
    usual = [article(source.title, source.article_id) for source in usual_article(talk, closest)]
    shown = [*usual, *shown][:MAX_NEXT]
    words = "utter_closest_articles" if len(shown) > 1 else "utter_closest_article"
    talk.say(words, replies=[*shown, NONE_OF_THESE, *door_to_person(talk)])


def show_closest(
    talk: Talk,
    question: str,
    text: str,
    others: Sequence[QuickReply],
    *,
    sources: Sequence[Mapping[str, str]] = (),
    lead: str = "utter_this_comes_closest",
) -> None:
    """Show what was most likely meant, led by words that call it a guess, with the other articles it might have been.
    Half a failure, shown even if that makes enough of them: the next one brings a person."""
    talk.turn.findings.unanswered = question
    tried_enough = failed_enough(talk)
    count_failure(talk, NEAR_MISS)
    if tried_enough:
        give_up(talk, "missing_knowledge", "no_answer")
        talk.then("action_hand_over")
        return
    talk.turn.findings.clarified = talk.asked_back = True
    talk.remember(last_question=question, awaiting=CLOSEST)
    talk.tell(
        f"{talk.words(lead)}\n\n{text}",
        sources=sources,
        replies=[*others, NONE_OF_THESE if others else NOT_MEANT, *door_to_person(talk)],
    )


def usual_article(talk: Talk, closest: Sequence[Source]) -> Sequence[Source]:
    """What is usually meant by a question that is surely of this kind, where no article near its words is about it:
    for 'what if it does not fit' the one on exchanges."""
    sure = talk.heard.intent in OF_ONE_SUBJECT and talk.heard.confidence >= SURE_OF_KIND
    title = talk.response_text(f"utter_meaning_{talk.heard.intent}") if sure else None
    usual = look_up(talk, title) if title else None
    first = ((usual.sources or usual.also) if usual else ())[:1]
    return [source for source in first if source.article_id not in {near.article_id for near in closest}]


class AnswerOrClarify(Aside):
    """The reading is unsure: if the knowledge base is sure, that is the answer; otherwise ask."""

    action_name = "action_answer_or_clarify"

    async def act(self, talk: Talk) -> None:
        """The knowledge base goes first; what it holds for likely is shown where a question is likeliest too."""
        answer = look_up(talk, talk.heard.text)
        if answer is not None and answer.answerable:
            give(talk, answer, talk.heard.text)
        elif likely(answer) and is_question(talk.heard):
            admit(talk, talk.heard.text, answer)
        else:
            talk.then("action_clarify")


class AnswerOrDecline(Aside):
    """The reading says it is none of ours: believe the knowledge base if it knows better."""

    action_name = "action_answer_or_decline"

    async def act(self, talk: Talk) -> None:
        """A question about the shop that nobody has answered is a gap, not a foreign matter; so is one that an article
        is likely to answer."""
        answer = look_up(talk, talk.heard.text)
        if answer is not None and answer.answerable:
            give(talk, answer, talk.heard.text)
        elif likely(answer) or is_question(talk.heard) or asks_of_shop(talk.heard.text):
            admit(talk, talk.heard.text, answer)
        else:
            talk.then("action_out_of_scope")


class AnswerOrComplaint(Aside):
    """Displeased, and asking something: what an article answers, or is likely to, is told; all else is a complaint."""

    action_name = "action_answer_or_complaint"

    async def act(self, talk: Talk) -> None:
        """'Oh great, a bot. Go on then, which R-value for March?' is best answered."""
        answer = look_up(talk, talk.heard.text) if is_question(talk.heard) else None
        if answer is not None and answer.answerable:
            give(talk, answer, talk.heard.text)
        elif likely(answer):
            admit(talk, talk.heard.text, answer)
        else:
            talk.then("action_complaint")


def likely(answer: Answer | None) -> bool:
    """Whether an article probably answers, though not surely enough to be given as the answer. Of development questions
    that are read as foreign, 30 of 43 such are right; of 200 that have nothing to do with a shop 11 look so."""
    return answer is not None and answer.confidence >= NEAR


def is_question(heard: Understanding) -> bool:
    """Whether a message is likeliest to ask something that articles answer."""
    return (heard.intent or "").startswith("ask_")


def asks_of_shop(text: str) -> bool:
    """Whether a question is what a shop is asked, though none like ours may do it: 'do you hire out tents'."""
    return _OF_SHOP.search(text) is not None


class AnswerOrAskAgain(Aside):
    """A question instead of the fact that was asked for: answer it if it is known, then ask again."""

    action_name = "action_answer_or_ask_again"

    async def act(self, talk: Talk) -> None:
        """Not known: the form asks again, with more help."""
        answer = look_up(talk, talk.heard.text)
        if answer is not None and answer.answerable:
            give(talk, answer, talk.heard.text)
            return
        talk.turn.remembered["hold"] = True
        talk.then(ORDER_FORM)
