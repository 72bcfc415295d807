"""A small bot of its own, written into a fresh folder, trained with the pipeline of this repository."""

import textwrap
from pathlib import Path

import pytest

from bot.training.paths import Paths

ROOT = Path(__file__).resolve().parents[3]

NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - good morning
    - hey
    - good evening to you
- intent: order_status
  examples: |
    - where is my order
    - has my [tent](product) been sent yet
    - what is the state of order 1042
    - did you ship my parcel
    - track my order please
- intent: ask_returns
  examples: |
    - how do I return something
    - can I send the boots back
    - what is your return policy
    - I want to give it back, how does that work
    - until when may I return it
- intent: complaint
  examples: |
    - this is the worst service
    - I am really unhappy with you
    - what a terrible experience
    - you keep making mistakes
    - very disappointed with this shop
- synonym: tent
  examples: |
    - shelter
"""

DOMAIN = """\
version: "3.1"
intents: [greet, order_status, ask_returns, complaint]
entities: [order_number, product]
responses:
  utter_greet:
  - text: Hello.
  utter_status:
  - text: Let me look.
"""

RULES = """\
version: "3.1"
rules:
- rule: greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: status
  steps:
  - intent: order_status
  - action: utter_status
"""


@pytest.fixture
def project(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The small bot; prepared models are kept for the whole test run."""
    files = {"data/nlu/all.yml": NLU, "data/domain/all.yml": DOMAIN, "data/rules/all.yml": RULES}
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
    (tmp_path / "config.yml").write_text((ROOT / "config.yml").read_text())
    data = tmp_path / "data"
    return Paths(tmp_path / "config.yml", data / "domain", data, tmp_path / "models", ROOT / "var" / "cache")


@pytest.fixture
def nlu_file(project: Paths) -> Path:
    """The small bot's training utterances."""
    return project.data / "nlu" / "all.yml"
