"""Which sentence encoder a training would learn from, without starting one."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.brain.nlu.encoders import encoder_id


def encoder_named(config: Path, embedding_model: str | None) -> str | None:
    """Id of the encoder that the pipeline of `config` reads with; `embedding_model` is the installation's, which goes
    before. A model trained on another one's vectors can read nothing. None where the configuration cannot be read: a
    training says what is wrong with it."""
    if embedding_model is None:
        try:
            parts = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
            found = [part.get("model") for part in parts if str(part["name"]).endswith(".SentenceVectors")]
        except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
            return None
        embedding_model = found[0] if found else None
    return encoder_id(embedding_model)
