import time

import pytest

from bot.brain.nlu.spelling import Spelling

SPELLING = Spelling.of(
    [
        "has my card arrived yet",
        "my card has not arrived",
        "when will the ridgeline tent be delivered",
        "the ridgeline is not in stock",
        "the order was not delivered on time",
        "please refund teh order",
    ]
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("my crad has nto arived", "my card has not arrived"),
        ("Is the RIGDELINE delivred?", "Is the ridgeline delivered?"),
        ("has my card arrived", "has my card arrived"),
        ("the cad program", "the cad program"),
        ("has ym card arrived", "has my card arrived"),
        ("my cad has not arrived", "my card has not arrived"),
        ("please refund teh oder", "please refund the order"),
        ("a mesage about the oder", "a message about the order"),
        ("there's a tear, it wouldn't close", "there's a tear, it wouldn't close"),
        ("order 1042, anna@example.com", "order 1042, anna@example.com"),
        ("ab12-oder3, www.oder.example, oder@example.com", "ab12-oder3, www.oder.example, oder@example.com"),
        ("the ODER of the day", "the ODER of the day"),
        ("WHERE IS THE ODER", "WHERE IS THE order"),
        ("xyzzyqq", "xyzzyqq"),
        ("arived delivred " * 4, "arived delivred " * 4),  # fingers on keys
        ("arived delivred, arived delivred", "arrived delivered, arrived delivered"),
        ("", ""),
        ("!!! 🙂 ???", "!!! 🙂 ???"),
    ],
)
def test_slips_become_the_bots_own_words_and_nothing_else_changes(written: str, meant: str) -> None:
    assert SPELLING.mend(written) == meant


def test_a_slip_in_one_example_is_not_learned_as_a_word() -> None:
    assert "teh" not in SPELLING.counts
    assert "ridgeline" in SPELLING.counts


def test_the_neighbours_tell_which_of_two_words_was_meant() -> None:
    spelling = Spelling.of(["i want to pay now", "how do i pay this bill", "what day is it", "on the last day"] * 3)
    assert spelling.mend("how do i pzy this bill") == "how do i pay this bill"
    assert spelling.mend("what dzy is it") == "what day is it"


def test_a_bot_without_examples_mends_nothing() -> None:
    assert Spelling({}).mend("my crad") == "my crad"


def test_four_thousand_characters_of_noise_cost_little_time() -> None:
    noise = " ".join(f"q{chr(97 + i % 26)}zw{chr(97 + i * 7 % 26)}x" for i in range(570))
    started = time.process_time()
    SPELLING.mend(noise)
    assert time.process_time() - started < 1
