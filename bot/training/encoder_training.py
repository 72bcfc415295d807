"""Teaches the packaged encoder about customers' messages: `python -m bot.training.encoder_training`.

From `data/industries/` it learns what makes two messages the same wish, whatever business they are about, and from
`data/acts/` what a message does in a conversation. None of the bot's own examples are among them: what a bot's training
leaves out must be as new to the encoder as a customer's message is. What is learned is taken over by a part only
(`SHARE`), which keeps what the packaged model knew of everything else (Wortsman et al., "Robust fine-tuning of
zero-shot models", 2022).

Run when rows are added, not at an installation: 10 to 20 minutes on 2 cores. It writes low-rank additions to the
encoder's weights (`kb_index/customers.npz`) and the reader of acts that fits them (`bot/brain/nlu/acts.npz`).
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional
from transformers import AutoModel, AutoTokenizer

from bot.brain.nlu import act_model
from kb_index.adapter import BASE, DOWN, UP, merge
from kb_index.embedding import ADAPTER, adapter_id, clean_text, find_model, model_fingerprint
from kb_index.torch_encoder import TorchEncoder

ACTS = (
    *("request_human", "callback_request", "bot_challenge", "complaint", "insult", "not_helpful", "repeat", "correct"),
    *("stop", "legal_threat", "safety_issue", "self_harm", "data_request", "special_request", "praise", "thank"),
    *("problem_solved", "greet", "goodbye", "affirm", "deny", "acknowledge", "other"),
)
OTHER = "other"
DISPLEASED, CALM = "displeased", "calm"
_MATRICES = (
    *("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"),
    *("intermediate.dense", "output.dense"),
)
_SHARPNESS = 20.0
"""Vectors have length 1, so their readers' weights would have to grow far; they are learned smaller by this."""
_LONGEST = 64
_TOGETHER = 32
_SMOOTHING = 0.05
_TONE = 2.0
"""What a row's tone counts beside its act: one bit, but one that no topic tells."""
_TRUST = 30.0
"""C of the logistic regression: unit vectors need large weights."""


SHARE = 0.5
"""How much of what was learned is taken over."""


@dataclass(frozen=True)
class Lesson:
    """One row. `act` of `ACTS`; `wish` is an intent of some business; None: not known."""

    text: str
    act: str | None = None
    wish: str | None = None
    displeased: bool | None = None


def lessons(data: Path) -> list[Lesson]:
    """All rows, each text once. Raises `ValueError` naming file and line."""
    rows = [*read_acts(data / "acts"), *read_industries(data / "industries")]
    return list({lesson.text.casefold(): lesson for lesson in reversed(rows)}.values())


def read_acts(folder: Path) -> Iterator[Lesson]:
    """The rows of csv files with `text`, `label` and `tone`. Raises `ValueError` naming file and line."""
    for place, row in _rows(folder):
        if row["label"] not in ACTS or row["tone"] not in {DISPLEASED, CALM, ""}:
            raise ValueError(f"{place}: unknown label {row['label']!r} or tone {row['tone']!r}")
        tone = None if not row["tone"] else row["tone"] == DISPLEASED
        yield Lesson(row["text"].strip(), act=row["label"], displeased=tone)


def read_industries(folder: Path) -> Iterator[Lesson]:
    """The rows of csv files with `text` and `intent`. Raises `ValueError` naming file and line."""
    for place, row in _rows(folder):
        if not row["intent"].strip():
            raise ValueError(f"{place}: no intent")
        yield Lesson(row["text"].strip(), wish=row["intent"])


def _rows(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                if not row["text"].strip():
                    raise ValueError(f"{file.name}:{number}: no text")
                yield f"{file.name}:{number}", row


class Narrow(nn.Module):
    """A matrix that stays as it is, with a low-rank addition that learns."""

    def __init__(self, kept: nn.Linear, rank: int, pace: float = 2.0) -> None:
        super().__init__()
        self.kept, self.pace = kept.requires_grad_(False), pace
        self.down = nn.Parameter(torch.randn(rank, kept.in_features) / math.sqrt(kept.in_features))
        self.up = nn.Parameter(torch.zeros(kept.out_features, rank))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Both together."""
        added: torch.Tensor = self.kept(rows) + (rows @ self.down.T @ self.up.T) * self.pace
        return added


class Pupil(nn.Module):
    """The encoder with its additions, and three readers of its vectors: act, wish, tone. None of them is kept."""

    def __init__(self, folder: Path, rank: int, wishes: int) -> None:
        super().__init__()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.encoder = AutoModel.from_pretrained(folder).requires_grad_(False)
        for layer in self.encoder.encoder.layer:
            for name in _MATRICES:
                above, _, last = name.rpartition(".")
                parent = layer.get_submodule(above)
                setattr(parent, last, Narrow(getattr(parent, last), rank))
        width = self.encoder.config.hidden_size
        self.dropout = nn.Dropout(0.1)
        self.act, self.wish, self.tone = nn.Linear(width, len(ACTS)), nn.Linear(width, wishes), nn.Linear(width, 1)

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """As the packaged model makes them: the mean over the tokens, of unit length."""
        clean = [clean_text(text) for text in texts]
        told = self.tokenizer(clean, padding=True, truncation=True, max_length=_LONGEST, return_tensors="pt")
        tokens = self.encoder(**told).last_hidden_state
        mask = told["attention_mask"].unsqueeze(-1).to(tokens.dtype)
        return cast(torch.Tensor, functional.normalize((tokens * mask).sum(1) / mask.sum(1), dim=-1))

    def forward(self, texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Scores of acts, wishes and tone."""
        rows = self.dropout(self.vectors(texts)) * _SHARPNESS
        return self.act(rows), self.wish(rows), self.tone(rows).squeeze(-1)


def teach(rows: Sequence[Lesson], *, rank: int = 12, epochs: int = 4, pace: float = 1.5e-3, seed: int = 0) -> Pupil:
    """A pupil that went through all rows `epochs` times, in an order that `seed` draws."""
    torch.manual_seed(seed)
    drawn = random.Random(seed)
    wishes = sorted({row.wish for row in rows if row.wish})
    pupil = Pupil(find_model(None), rank, max(1, len(wishes)))
    places = {name: number for number, name in enumerate(wishes)}
    readers = [*pupil.act.parameters(), *pupil.wish.parameters(), *pupil.tone.parameters()]
    inside = [part for part in pupil.encoder.parameters() if part.requires_grad]
    learning = torch.optim.AdamW(
        [{"params": inside, "lr": pace}, {"params": readers, "lr": pace}], weight_decay=0.01, foreach=True
    )
    steps = epochs * math.ceil(len(rows) / _TOGETHER)
    slower = torch.optim.lr_scheduler.LambdaLR(
        learning, lambda step: min(1.0, step / (0.1 * steps)) * max(0.0, (steps - step) / (0.9 * steps))
    )
    halved = bool(torch.cpu._is_avx512_bf16_supported())  # elsewhere it is emulated, 2 to 28 times slower than whole
    pupil.train()
    for epoch in range(epochs):
        loss_of_all = 0.0
        for batch in _batches(rows, drawn):
            with torch.autocast("cpu", torch.bfloat16, enabled=halved):
                scores = pupil([row.text for row in batch])
            loss = _loss(scores, batch, places)
            learning.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
            learning.step()
            slower.step()
            loss_of_all += float(loss.detach())
        print(f"{epoch + 1} of {epochs}: loss {loss_of_all * _TOGETHER / len(rows):.3f}", flush=True)  # noqa: T201
    return pupil.eval()


def _batches(rows: Sequence[Lesson], drawn: random.Random) -> Iterator[list[Lesson]]:
    """In a new order, texts of like length together."""
    order = drawn.sample(list(rows), len(rows))
    span = _TOGETHER * 20
    batches = []
    for start in range(0, len(order), span):
        near = sorted(order[start : start + span], key=lambda row: len(row.text))
        batches += [near[i : i + _TOGETHER] for i in range(0, len(near), _TOGETHER)]
    drawn.shuffle(batches)
    yield from batches


def _loss(scores: tuple[torch.Tensor, ...], batch: Sequence[Lesson], places: dict[str, int]) -> torch.Tensor:
    acts, wishes, tones = (each.float() for each in scores)
    loss = torch.zeros(())
    marked = [i for i, row in enumerate(batch) if row.act]
    if marked:
        wanted = torch.tensor([ACTS.index(str(batch[i].act)) for i in marked])
        loss = loss + functional.cross_entropy(acts[marked], wanted, label_smoothing=_SMOOTHING)
    marked = [i for i, row in enumerate(batch) if row.wish]
    if marked:
        wanted = torch.tensor([places[str(batch[i].wish)] for i in marked])
        loss = loss + 0.5 * functional.cross_entropy(wishes[marked], wanted, label_smoothing=_SMOOTHING)
    marked = [i for i, row in enumerate(batch) if row.displeased is not None]
    if marked:
        heard = torch.tensor([float(bool(batch[i].displeased)) for i in marked])
        heard = heard * (1 - _SMOOTHING) + _SMOOTHING / 2
        loss = loss + _TONE * functional.binary_cross_entropy_with_logits(tones[marked], heard)
    return loss


def adapter_of(pupil: Pupil, share: float = SHARE) -> dict[str, Any]:
    """What `kb_index.adapter` reads, as arrays of half precision."""
    arrays: dict[str, Any] = {BASE: np.array(model_fingerprint(find_model(None)))}
    for name, part in pupil.encoder.named_modules():
        if isinstance(part, Narrow):
            arrays[f"{name}.weight{DOWN}"] = _half(part.down)
            arrays[f"{name}.weight{UP}"] = _half(part.up * part.pace * share)
    return arrays


def _half(numbers: torch.Tensor) -> Any:
    return numbers.detach().float().numpy().astype(np.float16)


def reader_of_acts(adapter: Path, rows: Sequence[Lesson]) -> dict[str, Any]:
    """What `bot.brain.nlu.act_model` reads: logistic regression on the vectors that the adapted encoder gives."""
    marked = [row for row in rows if row.act]
    with tempfile.TemporaryDirectory() as scratch:
        merge(adapter, find_model(None), Path(scratch) / "model")
        vectors = TorchEncoder(Path(scratch) / "model", "taught", threads=torch.get_num_threads()).encode(
            [row.text for row in marked]
        )
    learned = LogisticRegression(C=_TRUST, max_iter=1000).fit(vectors, [row.act for row in marked])
    return {
        act_model.ENCODER: np.array(adapter_id(adapter)),
        act_model.LABELS: np.array(learned.classes_, dtype=str),
        act_model.WEIGHTS: learned.coef_.astype(np.float32),
        act_model.BIAS: learned.intercept_.astype(np.float32),
    }


def examples_of(data: Path) -> list[Lesson]:
    """The demo bot's own examples, as acts: most are `other`."""
    intents = [(each.get(TEXT), each.get(INTENT)) for each in load_data(str(data / "nlu")).intent_examples]
    return [Lesson(text, act=intent if intent in ACTS else OTHER) for text, intent in intents]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Teaches the packaged encoder about customers' messages.")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--encoder", type=Path, default=ADAPTER, help="where the additions are written")
    parser.add_argument("--acts", type=Path, default=act_model.ACTS, help="where the reader of acts is written")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    for file in (given.encoder, given.acts):
        if not file.parent.is_dir():  # said before the minutes of teaching, not after them
            parser.error(f"{file.parent} is no folder")
    rows = lessons(given.data)
    print(f"{len(rows)} rows")  # noqa: T201
    np.savez_compressed(given.encoder, **adapter_of(teach(rows, epochs=given.epochs, seed=given.seed)))
    np.savez_compressed(given.acts, **reader_of_acts(given.encoder, [*rows, *examples_of(given.data)]))


if __name__ == "__main__":
    main()
