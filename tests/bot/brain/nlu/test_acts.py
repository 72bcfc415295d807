import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from bot.brain.nlu.act_model import ADAPTER, UnreadableActs, read_act_model
from bot.brain.nlu.acts import HEARD, pooled
from bot.brain.nlu.encoders import adapted_encoder
from tests.support.running import ROOT

_NAMES = st.sampled_from(["request_human", "complaint", "ask_returns", "order_status", "greet"])
_CHANCES = st.dictionaries(_NAMES, st.floats(0, 1, width=32), min_size=1).filter(lambda all_: sum(all_.values()) > 0.01)


def _distribution(chances: dict[str, float], total: float = 1.0) -> dict[str, float]:
    return {name: total * chance / sum(chances.values()) for name, chance in chances.items()}


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


def test_what_ships_is_whole_small_and_knows_every_act_that_weighs_in() -> None:
    model = read_act_model()
    assert set(HEARD) <= set(model.labels)
    assert ADAPTER.stat().st_size < 1_000_000


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acts.npz").write_bytes(ADAPTER.read_bytes()[:5000])
    with pytest.raises(UnreadableActs, match="cannot be read"):
        read_act_model(tmp_path / "acts.npz")
    with np.load(ADAPTER) as whole:
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
def test_words_in_common_do_not_make_a_request(asks: str, mentions: str) -> None:
    model, encoder = read_act_model(), adapted_encoder(ADAPTER)
    request = model.chances(encoder.encode([asks, mentions]))[:, model.labels.index("request_human")]
    assert request[0] > 0.7
    assert request[1] < 0.2


def test_requests_of_the_development_sets_stand_apart_from_mentions() -> None:
    rows = []
    for file in sorted((ROOT / "data" / "development").glob("handoff_requests*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows += list(csv.DictReader(lines))
    model, encoder = read_act_model(), adapted_encoder(ADAPTER)
    chances = model.chances(encoder.encode([row["text"] for row in rows]))[:, model.labels.index("request_human")]
    assert roc_auc_score([row["label"] == "human" for row in rows], chances) > 0.97


def test_tone_is_heard_without_words_for_it() -> None:
    model, encoder = read_act_model(), adapted_encoder(ADAPTER)
    bitter, glad, plain = model.displeased(
        encoder.encode(
            [
                "oh brilliant, another week of waiting then",
                "not bad actually, dead chuffed with the boots",
                "my parcel has not come yet, could you tell me where it is",
            ]
        )
    )
    assert bitter > 0.7
    assert glad < 0.3
    assert plain < 0.5
