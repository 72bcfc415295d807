import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.training_data.message import Message
from sklearn.metrics import roc_auc_score

from bot.brain.nlu import acts as acts_module
from bot.brain.nlu.act_model import ACTS, UnreadableActs, read_act_model
from bot.brain.nlu.acts import HEARD, ActReader, pooled
from bot.brain.nlu.encoders import keep_under, serving_encoder
from kb_index.embedding import encoder_id
from kb_index.recent_vectors import RecentEncoder
from tests.support.installed import installation
from tests.support.running import ROOT

_NAMES = st.sampled_from(["request_human", "complaint", "ask_returns", "order_status", "greet"])
_CHANCES = st.dictionaries(_NAMES, st.floats(0, 1, width=32), min_size=1).filter(lambda all_: sum(all_.values()) > 0.01)


def _distribution(chances: dict[str, float], total: float = 1.0) -> dict[str, float]:
    return {name: total * chance / sum(chances.values()) for name, chance in chances.items()}


@pytest.fixture
def encoder() -> RecentEncoder:
    """As the trained bot has it, prepared already."""
    keep_under(installation() / "cache")
    return serving_encoder(None)


@given(_CHANCES, _CHANCES, st.floats(0, 1), st.floats(0, 1))
def test_both_readings_together_are_a_distribution(
    own: dict[str, float], heard: dict[str, float], share: float, weight: float
) -> None:
    own, heard = _distribution(own), _distribution(heard, share)
    chances = pooled(own, heard, weight)
    assert sum(chances.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 + 1e-9 for chance in chances.values())
    if weight == 0:
        assert chances == pytest.approx(own | {name: 0.0 for name in heard if name not in own})


def test_what_is_no_act_keeps_the_bots_own_proportions() -> None:
    chances = pooled({"ask_returns": 0.6, "order_status": 0.2, "complaint": 0.2}, {"complaint": 0.0}, 0.5)
    assert chances["ask_returns"] == pytest.approx(3 * chances["order_status"])
    assert chances["complaint"] == pytest.approx(0.1)


def test_an_act_the_bot_did_not_think_of_is_heard() -> None:
    assert pooled({"ask_contact": 1.0}, {"request_human": 0.9}, 0.5)["request_human"] == pytest.approx(0.45)


def _told(text: str, confidences: dict[str, float]) -> Message:
    message = Message.build(text)
    ranking = [{"name": name, "confidence": confidence} for name, confidence in confidences.items()]
    message.set("intent", ranking[0])
    message.set("intent_ranking", ranking)
    return message


def _reader(*acts: str) -> ActReader:
    return ActReader(ActReader.get_default_config(), None, None, acts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("acts", "confidences"), [((), {"ask_returns": 0.7, "request_human": 0.2}), (HEARD, {})], ids=["no acts", "empty"]
)
def test_a_bot_without_these_acts_and_an_empty_message_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, acts: tuple[str, ...], confidences: dict[str, float]
) -> None:
    monkeypatch.setattr(acts_module, "serving_encoder", lambda model: pytest.fail("nobody was to listen"))
    reader = ActReader(ActReader.get_default_config(), None, None)  # type: ignore[arg-type]
    reader._acts = acts
    message = _told("get me a person", confidences) if confidences else Message.build("")
    before = message.get("intent_ranking")
    reader.process([message])
    assert message.get("intent_ranking") == before


def test_a_request_the_bot_took_for_something_foreign_is_ours(encoder: RecentEncoder) -> None:
    message = _told("I want to write to a real person", {"request_human": 0.5, "ask_contact": 0.4})
    message.set("out_of_scope", True)
    _reader(*HEARD).process([message])
    assert message.get("intent")["name"] == "request_human"
    assert message.get("out_of_scope") is False


def test_what_ships_is_whole_small_and_knows_every_act_that_weighs_in() -> None:
    model = read_act_model()
    assert set(HEARD) <= set(model.labels)
    assert model.encoder == encoder_id(None)
    assert ACTS.stat().st_size < 1_000_000


def test_a_reader_of_another_encoders_vectors_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = replace(read_act_model(), encoder="customers@0123456789abcdef")
    monkeypatch.setattr(acts_module, "read_act_model", lambda: foreign)
    acts_module._taught.cache_clear()
    with pytest.raises(UnreadableActs, match=r"reads vectors of customers@0123456789abcdef"):
        acts_module._taught()


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acts.npz").write_bytes(ACTS.read_bytes()[:5000])
    with pytest.raises(UnreadableActs, match="cannot be read"):
        read_act_model(tmp_path / "acts.npz")
    with np.load(ACTS) as whole:
        np.savez(
            tmp_path / "less.npz", **{name: whole[name][:3] if name == "labels" else whole[name] for name in whole}
        )
    with pytest.raises(UnreadableActs, match="fit together"):
        read_act_model(tmp_path / "less.npz")


PAIRS = [
    ("can I speak to someone about the tent", "I spoke to someone about the tent and he said it ships on Monday"),
    ("I'd sooner deal with a member of staff", "a member of staff dealt with it, thanks"),
    ("get me your manager please", "your manager was very kind to me"),
    ("I want to write to a real person", "is it real leather"),
]


@pytest.mark.parametrize(("asks", "mentions"), PAIRS)
def test_words_in_common_do_not_make_a_request(encoder: RecentEncoder, asks: str, mentions: str) -> None:
    model = read_act_model()
    request = model.chances(encoder.encode([asks, mentions]))[:, model.labels.index("request_human")]
    assert request[0] > 0.7
    assert request[1] < 0.55  # half of it counts, which at most offers a person


def test_requests_of_the_development_sets_stand_apart_from_mentions(encoder: RecentEncoder) -> None:
    rows = []
    for file in sorted((ROOT / "data" / "development").glob("handoff_requests*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows += list(csv.DictReader(lines))
    model = read_act_model()
    chances = model.chances(encoder.encode([row["text"] for row in rows]))[:, model.labels.index("request_human")]
    assert roc_auc_score([row["label"] == "human" for row in rows], chances) > 0.97
