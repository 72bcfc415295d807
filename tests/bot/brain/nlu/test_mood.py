from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.brain.nlu.mood import EXAMPLES, UntrainedMood, read_scales
from bot.brain.nlu.mood_model import fit_scale
from bot.brain.nlu.mood_signals import SIGNALS, heated, mood_signals, says_nothing, shouting


def _signal(name: str, text: str) -> float:
    return float(mood_signals([text])[0, SIGNALS.index(name)])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shouting", "WHERE IS MY ORDER"),
        ("marks", "where is it???"),
        ("insult", "you are useless idiots"),
        ("leaving", "I will never order from you again"),
        ("law", "my solicitor will write to you"),
        ("again", "this is the third time I ask"),
        ("haste", "I need it asap"),
        ("danger", "there is gas leaking from it"),
        ("softened", "no rush, thanks"),
        ("sad", "it is broken :("),
        ("sorrow", "my holiday is ruined"),
        ("dislike", "that was rude"),
        ("negated", "this is not very helpful"),
        ("laughter", "hahaha that is a good one"),
        ("stretched", "whyyyyy"),
        ("praise beside trouble", "great, it broke on the first day"),
        ("mocking beside trouble", "well done, the box was empty"),
        ("bitter", "so much for express"),
        ("bitter beside trouble", "silly me, I thought somebody answers, still no reply"),
    ],
)
def test_the_manner_of_writing_is_seen(name: str, text: str) -> None:
    assert _signal(name, text) > 0
    assert _signal(name, "the tent has two doors") == 0


@pytest.mark.parametrize(
    "text", ["great, it never leaked", "lovely tent", "well done, it came early", "it broke on the first day"]
)
def test_praise_alone_and_trouble_alone_are_no_sarcasm(text: str) -> None:
    assert _signal("praise beside trouble", text) == _signal("mocking beside trouble", text) == 0


def test_praise_of_what_went_wrong_is_no_praise() -> None:
    assert _signal("praise", "great, it broke on the first day") == 0
    assert _signal("praise", "great, it came on the first day") > 0


def test_codes_and_short_words_are_no_shouting() -> None:
    assert shouting("FH-1042 OK") == 0
    assert shouting("my UK order") == 0
    assert shouting("") == 0


def test_a_scale_tells_its_sides_apart_and_weighs_them_equally() -> None:
    random = np.random.default_rng(1)
    present = np.arange(220) < 20
    features = random.normal(size=(220, 6)).astype(np.float32)
    features[present, 0] += 4
    scale = fit_scale(features, present)
    levels = scale.levels(features)
    assert ((levels > 0.5) == present).mean() > 0.9
    assert levels[present].mean() > 0.8


@pytest.mark.parametrize("content", [None, b"no archive"])
def test_a_missing_or_damaged_scale_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mood.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UntrainedMood):
        read_scales(path)


def test_a_scale_of_broken_numbers_is_refused(tmp_path: Path) -> None:
    names = ("frustration", "urgency")
    arrays = {f"{name}_{part}": np.array([np.nan], dtype=np.float32) for name in names for part in ("weights", "bias")}
    np.savez(tmp_path / "mood.npz", **arrays)
    with pytest.raises(UntrainedMood):
        read_scales(tmp_path / "mood.npz")


def test_the_examples_are_texts_and_stand_on_one_side_only() -> None:
    examples = yaml.safe_load(EXAMPLES.read_text())
    assert all(isinstance(text, str) for texts in examples.values() for text in texts)
    assert not set(examples["frustrated"]) & set(examples["calm"])
    assert not set(examples["urgent"]) & set(examples["unhurried"])


@pytest.mark.parametrize(
    "text",
    [
        "WHERE IS MY TENT",
        "you are useless",
        "I will never order from you again",
        "this is unacceptable",
        "what a joke of a company",
        "your support is a joke",
        "still nothing and I have been waiting for weeks",
    ],
)
def test_somebody_angry_writes_like_it(text: str) -> None:
    assert heated(text)


@pytest.mark.parametrize(
    "text", ["it is broken", "still no parcel", "what if I don't like it", "a bit annoying, this", "tell me a joke"]
)
def test_trouble_calmly_told_is_not_heated(text: str) -> None:
    assert not heated(text)


@pytest.mark.parametrize("text", ["what rubbish weather, is it waterproof", "my old tent was crap, which one lasts"])
def test_strong_words_about_something_else_are_not_heated(text: str) -> None:
    assert not heated(text)


@pytest.mark.parametrize("text", ["zork frobb", "qzw qzw qzw qzw", "hjkl " * 300])
def test_letters_that_are_no_words_tell_no_mood(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text", ["grrr", "argghhhhh nooooo", "ZORK FROBB ZORK", "zork frobb!!!", "the zork", "wankers lot"]
)
def test_words_and_loud_letters_do(text: str) -> None:
    assert not says_nothing(text)
