"""Whether who should reach a person does, and nobody else: single requests, scripted customers, sarcasm."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.metrics import roc_auc_score

from actions.policy import HandoverPolicy
from bot.brain.reading import read_text
from bot.evaluation.talking import Bot

Wrong = Callable[[str], None]
"""Told of each case on the wrong side; nobody listens where a held-out set is measured."""


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a csv file with a header."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True)
class Requests:
    """What became of messages that ask for a person (`human`) and of those that only mention one (`other`)."""

    human: Mapping[str, int]
    other: Mapping[str, int]

    def figures(self) -> dict[str, float]:
        """Recall and precision of taking a message for a request; offered is who gets the choice instead."""
        asked, mentioned = self.human.get("asked", 0), self.other.get("asked", 0)
        count = sum(self.human.values())
        return {
            "recall": round(asked / max(count, 1), 4),
            "precision": round(asked / max(asked + mentioned, 1), 4),
            "asked_or_offered": round((asked + self.human.get("offered", 0)) / max(count, 1), 4),
            "n": count + sum(self.other.values()),
        }


async def requests_for_a_person(bot: Bot, rows: Sequence[Mapping[str, str]], wrong: Wrong | None = None) -> Requests:
    """Each row's `text` as the first message of a conversation; `label` is `human` or `other`.

    It counts as asked when the bot hands over because the customer asked for it.
    """
    counts: dict[str, Counter[str]] = {"human": Counter(), "other": Counter()}
    for row in rows:
        got = await _outcome(bot, row["text"])
        counts[row["label"]][got] += 1
        if wrong and (got == "asked") != (row["label"] == "human"):
            wrong(f"{row['label']} {got} {row['text']}")
    return Requests(counts["human"], counts["other"])


async def _outcome(bot: Bot, text: str) -> str:
    signals = (await bot.talk().says(text)).signals
    if signals.handoff is None:
        return "offered" if signals.outcome == "offered_human" else "served"
    return "asked" if signals.handoff.reason.value == "customer_request" else signals.handoff.reason.value


@dataclass(frozen=True)
class Scripted:
    """Conversations by how they ended; `in_time` and `right_reason` are of those that were rightly handed over."""

    escalated_rightly: int = 0
    escalated_wrongly: int = 0
    missed: int = 0
    in_time: int = 0
    right_reason: int = 0
    n: int = 0

    def figures(self) -> dict[str, float]:
        """The counts, with the F1 of handing over."""
        mistakes = self.escalated_wrongly + self.missed
        return {
            "f1": round(2 * self.escalated_rightly / max(2 * self.escalated_rightly + mistakes, 1), 4),
            **vars(self),
        }


def scripts_of(file: Path) -> list[dict[str, Any]]:
    """Scripted customers: `id`, `turns`, `escalate`; `reason`, `also`, `by_turn` where they should reach a person."""
    scripts: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return scripts


async def scripted_customers(bot: Bot, scripts: Sequence[Mapping[str, Any]], wrong: Wrong | None = None) -> Scripted:
    """Plays each customer's turns until the conversation is handed over or they have no more to say."""
    counts: Counter[str] = Counter(n=len(scripts))
    for script in scripts:
        ended = await _play(bot, script)
        if ended is None:
            counts["missed"] += bool(script["escalate"])
        elif script["escalate"]:
            counts["escalated_rightly"] += 1
            counts["in_time"] += ended[0] <= script["by_turn"]
            counts["right_reason"] += ended[1] in {script["reason"], *script.get("also", ())}
        else:
            counts["escalated_wrongly"] += 1
        if wrong and (ended is not None) != script["escalate"]:
            wrong(f"{script['id']} {script['turns']} {ended}")
    return Scripted(**counts)


async def _play(bot: Bot, script: Mapping[str, Any]) -> tuple[int, str] | None:
    """The turn (from 1) and reason of the handover; None if there is none."""
    customer = bot.talk(str(script["id"]))
    for number, text in enumerate(script["turns"], 1):
        handoff = (await customer.says(text)).signals.handoff
        if handoff is not None:
            return number, handoff.reason.value
    return None


async def sarcasm(bot: Bot, rows: Sequence[Mapping[str, str]], wrong: Wrong | None = None) -> dict[str, float]:
    """Pairs of one wording and two meanings (`label` `sarcastic` or `happy`), read as they are when serving.

    The area under the ROC curve of frustration, the shares counted as annoyed by tone alone
    (`HandoverPolicy.is_annoyed`), and in how many pairs the sarcastic one sounds angrier.
    """
    policy = HandoverPolicy()
    readings = [await read_text(bot.model.processor, row["text"], 0) for row in rows]
    sarcastic = np.array([row["label"] == "sarcastic" for row in rows])
    level = np.array([reading.frustration for reading in readings])
    annoyed = np.array([policy.is_annoyed(each.frustration, each.intent, each.text) for each in readings], dtype=bool)
    if wrong:
        for row, reading, heard, meant in zip(rows, readings, annoyed, sarcastic, strict=True):
            if heard != meant:
                wrong(f"{row['label']} {reading.frustration:.2f} {reading.intent} {row['text']}")
    return {
        "auroc": round(float(roc_auc_score(sarcastic, level)), 4),
        "sarcastic_heard": round(float(annoyed[sarcastic].mean()), 4),
        "happy_taken_for_it": round(float(annoyed[~sarcastic].mean()), 4),
        "pairs_in_order": round(float((level[sarcastic] > level[~sarcastic]).mean()), 4),
    }
