"""Rows as careless hands write them, through the whole pipeline: it trains, and reads anything at all."""

import math
import time
from pathlib import Path

import pytest

from bot.brain.nlu.encoders import keep_under
from bot.training.labelled_rows import Row
from bot.training.nlu_graph import TrainedNlu, read_config, train_nlu

ROOT = Path(__file__).resolve().parents[3]
NOISE = "".join(chr(33 + (i * i * 7 + i * 13) % 93) for i in range(4000))

ROWS = [
    *(Row(f"where is my {thing}", "order_status") for thing in ("order", "parcel", "tent", "jacket", "delivery")),
    *(Row(f"I want to {verb} this {thing}", "return") for verb in ("return", "send back") for thing in ("bag", "coat")),
    Row("do you sell gift cards", "gift_cards"),
    Row("it is broken", "complaint"),
    Row("it is broken", "repair"),
    Row("please mend the zip", "repair"),
    Row("that is a disgrace", "complaint"),
    Row("\x00\x07where\x1b is it\u202e", "order_status"),
    Row("荷物はどこですか", "order_status"),
    Row("где мой заказ", "order_status"),
    Row(NOISE, "complaint"),
    Row("   ", "complaint"),
]


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> TrainedNlu:
    keep_under(ROOT / "var" / "cache")
    return train_nlu(read_config(ROOT / "config.yml"), ROWS, tmp_path_factory.mktemp("careless") / "nlu.tar.gz")


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("do you sell gift cards", {"gift_cards"}),
        ("it is broken", {"complaint", "repair"}),
        ("where is my parcel", {"order_status"}),
        ("where is\x00\x01 my parcel", {"order_status"}),
        ("荷物はどこですか", {"order_status"}),
    ],
)
def test_what_was_taught_is_understood(careless: TrainedNlu, text: str, intents: set[str]) -> None:
    assert careless.read(text)["intent"]["name"] in intents


@pytest.mark.parametrize("text", [NOISE, "x" * 4000, "\x00\x1b\x7f", "😀" * 500, "مرحبا أين طلبي", "\ud800", "?!", "a"])
def test_anything_is_read_in_bounded_time(careless: TrainedNlu, text: str) -> None:
    started = time.process_time()
    reading = careless.read(text)
    assert time.process_time() - started < 2
    chances = [one["confidence"] for one in reading["intent_ranking"]]
    assert math.isclose(sum(chances), 1, abs_tol=1e-3)
    assert chances == sorted(chances, reverse=True)
    assert 0 <= reading["out_of_scope_score"] <= 1


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_message_means_nothing(careless: TrainedNlu, text: str) -> None:
    reading = careless.read(text)
    assert reading["intent"]["name"] is None
    assert reading["out_of_scope"] is True


def test_noise_is_none_of_ours(careless: TrainedNlu) -> None:
    assert all(careless.read(text)["out_of_scope"] for text in ("qzx vvk wpl", "the capital of France"))
