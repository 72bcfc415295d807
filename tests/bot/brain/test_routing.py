from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.policy import HandoverPolicy
from bot.brain.reading import Reading
from bot.brain.routing import Route, Situation, route

POLICY = HandoverPolicy()


def reading(
    text: str, intent: str, confidence: float = 0.95, *, frustration: float = 0.0, foreign: bool = False, **facts: str
) -> Reading:
    named = {"name": intent, "confidence": confidence}
    parse: dict[str, Any] = {
        "intent": named,
        "intent_ranking": [named],
        "entities": [{"entity": name, "value": value} for name, value in facts.items()],
        "out_of_scope": {"rejected": foreign, "score": 0.5},
        "frustration": frustration,
    }
    return Reading(text=text, seq=1, parse=parse)


def situation(requested: str | None = None, displeased: bool = False, **slots: Any) -> Situation:
    return Situation(requested=requested, slots=slots, displeased_before=displeased)


def decide(what: Reading, now: Situation | None = None) -> Route:
    return route(what, now or situation(), POLICY)


def test_a_certain_meaning_is_left_to_its_rule() -> None:
    assert decide(reading("where is my order", "order_status")) == Route()


def test_an_unsure_question_asks_the_knowledge_base_first() -> None:
    assert decide(reading("sleeves too long on it", "ask_sizing", 0.3)).action == "action_answer_or_clarify"


def test_an_unsure_wish_is_clarified() -> None:
    assert decide(reading("my order thing again", "order_status", 0.4)).action == "action_clarify"


def test_a_foreign_matter_is_believed_only_if_the_knowledge_base_does_not_know_it() -> None:
    assert decide(reading("write a poem", "ask_product", 0.9, foreign=True)).action == "action_answer_or_decline"


@pytest.mark.parametrize("text", ["😀😀", "?!", "…", "\u200b", "   "])
def test_a_message_without_words_is_asked_what_it_needs(text: str) -> None:
    assert decide(reading(text, "greet")).action == "action_say_what_you_need"


def test_an_angry_message_goes_to_a_person_whatever_it_asks() -> None:
    chosen = decide(reading("WHERE IS MY ORDER you idiots", "order_status", frustration=0.97))
    assert chosen == Route("action_hand_over", reason="frustration")


def test_a_first_annoyed_message_is_served_with_sympathy() -> None:
    chosen = decide(reading("still no parcel, this is annoying", "order_status", frustration=0.8))
    assert chosen.action is None
    assert chosen.sympathy


def test_sympathy_is_shown_once() -> None:
    now = situation(sympathy_shown=True)
    assert not decide(reading("still no parcel, annoying", "order_status", frustration=0.8), now).sympathy


def test_a_second_annoyed_message_goes_to_a_person() -> None:
    chosen = decide(reading("and still nothing", "order_status", frustration=0.8), situation(displeased=True))
    assert chosen == Route("action_hand_over", reason="frustration")


@pytest.mark.parametrize("displeased", [False, True])
def test_what_is_none_of_our_business_is_declined_however_it_sounds(displeased: bool) -> None:
    chosen = decide(reading("tell me a joke", "out_of_scope", frustration=0.9), situation(displeased=displeased))
    assert chosen == Route("action_answer_or_decline")
    shouted = reading("WHAT A DISGRACE YOU ARE", "out_of_scope", frustration=0.9)
    assert decide(shouted, situation(displeased=displeased)) == Route("action_hand_over", reason="frustration")
    unsure = reading("the nerve of that", "out_of_scope", 0.3, frustration=0.9)
    assert decide(unsure).action == "action_complaint"


def test_short_answers_have_no_mood() -> None:
    assert decide(reading("none of these", "none_of_these", frustration=0.99), situation(displeased=True)) == Route()


def test_asking_for_a_person_is_obeyed_in_the_middle_of_anything() -> None:
    now = situation("email", wish="order_status")
    assert decide(reading("get me a human", "request_human"), now) == Route()


def test_a_fact_that_was_asked_for_belongs_to_the_form() -> None:
    now = situation("order_number", wish="order_cancel")
    assert decide(reading("1042", "order_invoice", 0.3, order_number="1042"), now) == Route(hold=True)


def test_another_wish_takes_the_place_of_the_one_being_collected() -> None:
    now = situation("email", wish="order_status")
    assert decide(reading("I want to cancel it", "order_cancel"), now).action == "action_take_wish"


@pytest.mark.parametrize(
    "text",
    [
        "I don't have the number",
        "no idea",
        "where do I find the order number?",
        "no",
        "I cant remember my email",
        "dunno",
    ],
)
def test_lacking_what_was_asked_for_is_helped_with_and_not_taken_for_something_else(text: str) -> None:
    now = situation("order_number", wish="order_status")
    assert decide(reading(text, "correct", 0.9), now).hold


def test_a_certain_question_in_between_is_answered_by_its_rule() -> None:
    now = situation("order_number", wish="order_status")
    assert decide(reading("how much is express", "ask_shipping"), now) == Route()


def test_an_unsure_question_in_between_is_looked_up_before_asking_again() -> None:
    now = situation("confirmed", wish="order_cancel")
    chosen = decide(reading("what happens with my money then", "ask_refund", 0.35), now)
    assert chosen.action == "action_answer_or_ask_again"


def test_a_pressed_button_is_never_second_guessed() -> None:
    pressed = Reading(text="No", seq=1, parse={"intent": {"name": "deny", "confidence": 1.0}}, button=True)
    assert decide(pressed, situation("confirmed", displeased=True)) == Route(hold=True)
    assert decide(pressed, situation(displeased=True)) == Route()


def unsure(text: str, *, foreign: bool = False, **meanings: float) -> Reading:
    ranking = [{"name": name, "confidence": chance} for name, chance in meanings.items()]
    return Reading(
        text=text,
        seq=1,
        parse={"intent": ranking[0], "intent_ranking": ranking, "entities": [], "out_of_scope": foreign},
    )


@pytest.mark.parametrize("foreign", [True, False])
def test_likely_danger_goes_to_a_person_however_unsure_the_reading_is(foreign: bool) -> None:
    heard = unsure("it went up like a torch", foreign=foreign, order_damaged=0.3, safety_issue=0.15, self_harm=0.07)
    assert decide(heard) == Route("action_hand_over", meant="safety_issue")
    assert decide(heard, situation("new_address", wish="order_change_address")).meant == "safety_issue"


def test_possible_danger_is_asked_about_rather_than_declined() -> None:
    heard = unsure("it went up like a torch", foreign=True, order_damaged=0.3, safety_issue=0.1)
    assert decide(heard).action == "action_ask_about_danger"


def test_what_is_foreign_for_certain_is_no_danger_of_ours() -> None:
    heard = unsure("my boiler is leaking", foreign=True, out_of_scope=0.7, safety_issue=0.25)
    assert decide(heard).action == "action_answer_or_decline"


def test_a_likely_wish_for_a_person_is_enough_unless_something_else_was_asked_for() -> None:
    heard = unsure("is dave in, he should do it", foreign=True, request_human=0.72, complaint=0.1)
    assert decide(heard) == Route("action_hand_over", meant="request_human")
    assert decide(heard, situation("new_address", wish="order_change_address")).meant is None


@pytest.mark.parametrize("foreign", [True, False])
def test_what_may_be_a_wish_for_a_person_is_answered_with_an_offer_and_the_second_time_with_the_person(
    foreign: bool,
) -> None:
    heard = unsure("is dave in", foreign=foreign, request_human=0.57, complaint=0.1)
    assert decide(heard) == Route("action_offer_person")
    assert decide(heard, situation(awaiting="offer_human")).action != "action_offer_person"
    assert decide(unsure("dave", foreign=True, request_human=0.2, complaint=0.1)).action == "action_answer_or_decline"


@pytest.mark.parametrize("text", ["too small", "they are the wrong size", "it came broken"])
def test_what_sounds_like_a_wish_is_an_answer_when_a_description_was_asked_for(text: str) -> None:
    heard = reading(text, "exchange_start")
    assert decide(heard, situation("why", wish="return_start")) == Route(hold=True)
    assert decide(heard, situation("confirmed", wish="return_start")).action == "action_take_wish"


def test_a_change_of_mind_is_heard_where_a_description_was_asked_for() -> None:
    heard = reading("actually I'd like a bigger size", "exchange_start")
    assert decide(heard, situation("why", wish="return_start")).action == "action_take_wish"


@pytest.mark.parametrize("text", ["hmm what happens with my money if I do", "ok, and how long does it take"])
def test_a_question_is_one_behind_a_hesitation(text: str) -> None:
    chosen = decide(reading(text, "ask_refund", 0.2, foreign=True), situation("confirmed", wish="order_cancel"))
    assert chosen.action == "action_answer_or_ask_again"


def test_thanks_in_a_displeased_tone_are_a_complaint_and_honest_ones_are_not() -> None:
    assert decide(reading("well thank you, broken again", "thank", frustration=0.8)) == Route("action_complaint")
    twice = decide(reading("great, broken again, well done", "praise", frustration=0.96), situation(displeased=True))
    assert twice == Route("action_hand_over", reason="frustration")
    assert decide(reading("well thank you, that was quick", "thank", frustration=0.3)) == Route()


def test_people_merely_spoken_of_bring_an_offer_and_a_request_brings_a_person() -> None:
    mention = "does an agent look at the photos I send"
    assert decide(reading(mention, "request_human", 0.8)).action == "action_offer_person"
    assert decide(reading("get me an agent for the photos", "request_human", 0.8)) == Route()


def test_a_bad_tone_alone_does_not_end_a_wish_that_can_be_served() -> None:
    chosen = decide(reading("you sent the blue one, I ordered red, not great", "order_wrong_item", frustration=0.96))
    assert chosen.action is None


def test_a_meaning_that_is_hardly_there_is_no_anger() -> None:
    unsure = reading("no bother, that is not what I had in mind", "not_helpful", 0.18, frustration=0.96, foreign=True)
    assert decide(unsure).action == "action_complaint"


def test_whoever_is_annoyed_and_likely_wants_a_person_is_not_asked_twice() -> None:
    mention = "the agent told me to wait, is there nobody who can do this"
    assert decide(reading(mention, "request_human", 0.8)).action == "action_offer_person"
    displeased = decide(reading(mention, "request_human", 0.8), situation(displeased=True))
    assert displeased == Route("action_hand_over", meant="request_human")


def test_a_person_is_not_offered_where_none_is_spoken_of() -> None:
    assert decide(reading("what about ethereum", "request_human", 0.36, foreign=True)).action != "action_offer_person"


def test_leaving_in_anger_is_no_calm_stop() -> None:
    leaving = reading("forget it, this is hopeless", "stop", frustration=0.9)
    assert decide(leaving) == Route()
    assert decide(leaving, situation(displeased=True)) == Route("action_hand_over", reason="frustration")


def test_a_yes_to_the_person_offered_beside_a_question_is_taken() -> None:
    now = situation("order_number", wish="order_status", awaiting="offer_human:repeated_misunderstanding")
    assert decide(reading("yes please", "affirm"), now).action == "action_affirm"
    assert decide(reading("yes please", "affirm"), situation("order_number", wish="order_status")).hold


@pytest.mark.parametrize(
    ("text", "action"), [("there was a flame", "action_ask_about_danger"), ("grommit wibble", "action_clarify")]
)
def test_danger_is_asked_about_where_the_words_could_be_about_it(text: str, action: str) -> None:
    heard = reading(text, "order_status", 0.3)
    heard.parse["intent_ranking"] = [
        {"name": "order_status", "confidence": 0.3},
        {"name": "safety_issue", "confidence": 0.1},
    ]
    assert decide(heard).action == action


def test_leaving_for_another_shop_goes_to_a_person_however_mildly_it_is_put() -> None:
    leaving = reading("I'll get my boots from your competitor", "complaint", 0.45, frustration=0.52)
    assert decide(leaving) == Route("action_hand_over", reason="frustration")
    calm = reading("is it cheaper to buy it somewhere else", "ask_price_match", 0.9, frustration=0.5)
    assert decide(calm) == Route()


def test_dissatisfaction_after_earlier_displeasure_goes_to_a_person_in_whatever_tone() -> None:
    mild = reading("you could not care less", "complaint", 0.8, frustration=0.5)
    assert decide(mild) == Route()
    assert decide(mild, situation(displeased=True)) == Route("action_hand_over", reason="frustration")


def test_whoever_is_displeased_and_not_understood_is_not_asked_to_say_it_again() -> None:
    vague = reading("yeah whatever, keep it", "complaint", 0.2, frustration=0.64, foreign=True)
    assert decide(vague).action == "action_answer_or_decline"
    assert decide(vague, situation(displeased=True)) == Route("action_hand_over", reason="frustration")
    assert decide(vague, situation("why", displeased=True)) == Route(hold=True)


def test_praise_between_a_trouble_and_its_mending_is_bitter_unless_it_sounds_glad() -> None:
    now = Situation(requested=None, slots={}, trouble_open=True)
    assert (
        decide(reading("fantastic quality control there", "praise", frustration=0.3), now).action == "action_complaint"
    )
    assert decide(reading("that was quick, lovely", "praise", frustration=0.05), now) == Route()
    assert decide(reading("fantastic quality control there", "praise", frustration=0.3)) == Route()


def test_what_names_people_and_likely_asks_for_one_is_a_request_and_is_only_offered_one_below() -> None:
    words = "can it be someone who eats breakfast next"
    assert decide(unsure(words, request_human=0.5, complaint=0.1)).action == "action_hand_over"
    assert decide(unsure(words, request_human=0.4, complaint=0.1)).action == "action_offer_person"
    assert decide(unsure("so find that out", request_human=0.5, complaint=0.1)).action != "action_hand_over"


def test_whoever_was_not_helped_and_likely_wants_a_person_is_not_asked_twice() -> None:
    likely = reading("so find that out", "request_human", 0.57, frustration=0.2)
    assert decide(likely).action == "action_offer_person"
    assert decide(likely, situation(failed_attempts=0.5)) == Route("action_hand_over", meant="request_human")


def test_the_thing_asked_for_is_the_answer_though_it_looks_like_a_correction() -> None:
    assert decide(reading("the sandals", "correct", 0.88), situation("items")) == Route(hold=True)
    assert decide(reading("no, I meant the other ones", "correct", 0.88), situation("items")) == Route()


def test_what_is_surely_a_complaint_about_us_is_anger_in_a_mild_tone_too() -> None:
    sure = reading("I am closing the book on you", "complaint", 0.97, frustration=0.55)
    assert decide(sure) == Route("action_hand_over", reason="frustration")
    assert decide(reading("I am closing the book on you", "complaint", 0.8, frustration=0.55)) == Route()


def test_a_reason_in_a_few_words_is_no_insult_where_a_reason_was_asked_for() -> None:
    assert decide(reading("too thick", "insult", 0.95, frustration=0.95), situation("why")).action != "action_hand_over"
    assert decide(reading("are you thick", "insult", 0.95, frustration=0.95)).action == "action_hand_over"


def test_what_is_probably_a_complaint_in_an_annoyed_tone_goes_to_a_person() -> None:
    words = "better service from a vending machine"
    assert decide(reading(words, "complaint", 0.45, frustration=0.8)) == Route("action_hand_over", reason="frustration")
    assert decide(reading(words, "complaint", 0.45, frustration=0.5)).action == "action_complaint"
    assert decide(reading(words, "complaint", 0.45, frustration=0.8), situation("why")).hold


def test_who_only_takes_note_is_not_taken_for_dissatisfied_or_misunderstood() -> None:
    assert decide(reading("oh well, next time", "complaint", 0.8, frustration=0.88)) == Route("action_acknowledge")
    assert decide(reading("ok no worries", "inform", 0.2, foreign=True)) == Route("action_acknowledge")
    sour = reading("oh well, next time", "complaint", 0.8, frustration=0.88)
    assert decide(sour, situation(displeased=True)) == Route("action_hand_over", reason="frustration")


def test_a_likely_request_right_after_the_offer_of_a_person_takes_it() -> None:
    wholesale = reading("could your wholesale person drop in", "request_human", 0.4, foreign=True)
    assert decide(wholesale, situation(awaiting="offer_human")) == Route("action_hand_over", meant="request_human")
    assert decide(wholesale).action == "action_offer_person"
    told = reading("the agent told me to wait", "request_human", 0.4)
    assert decide(told, situation(awaiting="offer_human")).action != "action_hand_over"


@pytest.mark.parametrize(
    ("text", "asked"), [("gas then", True), ("it's leaking", True), ("smell gas", False), ("stove leaking", False)]
)
def test_a_word_or_two_that_may_only_choose_gas_are_asked_about(text: str, asked: bool) -> None:
    chosen = decide(reading(text, "safety_issue", 0.9))
    assert chosen == (Route("action_ask_about_danger") if asked else Route())


def test_two_words_of_despair_are_not_asked_about() -> None:
    assert decide(reading("ending it", "self_harm", 0.9)) == Route()


def test_brief_praise_that_is_unsure_takes_note_unless_something_is_wrong() -> None:
    brief = reading("ah clever", "praise", 0.54, frustration=0.7)
    assert decide(brief).action == "action_acknowledge"
    broken = Situation(requested=None, slots={}, trouble_open=True)
    assert decide(brief, broken).action != "action_acknowledge"
    assert decide(brief, situation(displeased=True)).action != "action_acknowledge"


def test_a_trouble_told_by_somebody_let_down_is_felt_with() -> None:
    ranking = [{"name": "order_delayed", "confidence": 0.56}, {"name": "complaint", "confidence": 0.27}]
    waiting = reading("oh brilliant, another week of waiting", "order_delayed", 0.56, frustration=0.58)
    waiting.parse["intent_ranking"] = ranking
    assert decide(waiting) == Route(sympathy=True)
    calm = reading("another week of waiting then", "order_delayed", 0.56, frustration=0.2)
    calm.parse["intent_ranking"] = ranking
    assert decide(calm) == Route()


def test_a_question_that_is_second_likeliest_asks_the_knowledge_base_too() -> None:
    unsure = reading("what about nurses", "order_status", 0.3)
    unsure.parse["intent_ranking"] += [{"name": "ask_discount", "confidence": 0.2}]
    assert decide(unsure).action == "action_answer_or_clarify"


def test_two_corrections_in_a_row_bring_a_person_whatever_was_said_between() -> None:
    now = Situation(requested=None, slots={}, corrected_before=True)
    missed = Route("action_hand_over", reason="repeated_misunderstanding")
    assert decide(reading("still not it. do you sell that one small thing", "ask_stock", 0.96), now) == missed
    assert decide(reading("still not it. do you sell that one small thing", "ask_stock", 0.96)) == Route()
    assert decide(reading("do you sell that one small thing", "ask_stock", 0.96), now) == Route()


def test_a_correction_that_gives_a_number_or_the_reason_asked_for_is_no_second_miss() -> None:
    now = Situation(requested=None, slots={}, corrected_before=True)
    assert decide(reading("no, I meant 1043", "correct", 0.9, order_number="1043"), now) == Route()
    asked = Situation(requested="items", slots={}, corrected_before=True)
    assert decide(reading("not the tent, the mat", "correct", 0.9), asked).reason is None


def test_a_sentence_that_says_so_is_a_second_miss_in_whatever_form() -> None:
    now = Situation(requested=None, slots={}, corrected_before=True)
    again = reading("ur on about tents again lol. left or right", "ask_product", 0.96).missing()
    assert decide(again, now) == Route("action_hand_over", reason="repeated_misunderstanding")
    assert decide(again) == Route()


def test_a_deadline_is_about_the_question_that_was_not_answered() -> None:
    pressing = reading("I need to know before friday", "order_delivery_date", 0.76)
    assert decide(pressing, situation(awaiting="meaning")) == Route("action_answer")
    assert decide(pressing, situation(failed_attempts=1.0)) == Route("action_answer")
    assert decide(pressing) == Route()
    of_an_order = reading("will the parcel be here by friday", "order_delivery_date", 0.76)
    assert decide(of_an_order, situation(awaiting="meaning")) == Route()
    sure = reading("when is it due", "order_delivery_date", 0.99)
    assert decide(sure, situation(awaiting="meaning")) == Route()


def test_letters_that_say_nothing_are_asked_about_whatever_they_look_like() -> None:
    def letters(intent: str, confidence: float, **facts: str) -> Reading:
        heard = reading("zork frobb", intent, confidence, **facts)
        return replace(heard, parse={**heard.parse, "says_nothing": True})

    assert decide(letters("insult", 0.35)) == Route("action_clarify")
    assert decide(letters("out_of_scope", 0.99)) == Route("action_clarify")
    assert decide(letters("other_language", 0.9)) == Route()
    assert decide(letters("ask_product", 0.9, product="Zork")) == Route()
    assert decide(reading("odd frock", "insult", 0.35)) == Route("action_complaint")


def test_danger_comes_before_a_second_correction() -> None:
    now = Situation(requested=None, slots={}, corrected_before=True)
    assert decide(reading("still hissing, I smell gas", "safety_issue", 0.9), now) == Route()


def test_a_complaint_in_anger_is_passed_on_below_the_score_of_an_angry_wish() -> None:
    livid = "this is the third parcel in the pond and I am livid"
    assert decide(reading(livid, "complaint", 0.8, frustration=0.7)).action == "action_hand_over"
    assert decide(reading(livid, "order_damaged", 0.8, frustration=0.7)).action != "action_hand_over"


def test_laughing_about_prices_is_no_complaint_to_pass_on() -> None:
    for text, action in (("these prices are killing me haha", "action_complaint"), ("these prices are a killer", None)):
        joking = reading(text, "ask_price_match", 0.45, frustration=0.8, foreign=True)
        joking.parse["intent_ranking"] += [{"name": "complaint", "confidence": 0.35}]
        chosen = decide(joking)
        assert chosen.action == (action or "action_hand_over")


def test_that_it_is_settled_counts_however_it_is_put() -> None:
    found = reading("found it now, diolch", "problem_solved", 0.73, frustration=0.68, foreign=True)
    assert decide(found, situation(displeased=True)) == Route()


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("my child swallowed a magnet off the lid", "action_hand_over"),
        ("the burner did odd things", "action_ask_about_danger"),
    ],
)
def test_unsure_danger_fetches_a_person_only_if_a_word_says_harm(text: str, action: str) -> None:
    unsure = reading(text, "ask_product", 0.3)
    unsure.parse["intent_ranking"] += [{"name": "safety_issue", "confidence": 0.25}]
    assert decide(unsure).action == action
