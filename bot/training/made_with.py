"""What a model can be used with: its encoder, the program that wrote its files, the domain inside it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

import bot.brain.nlu
from kb_index.embedding import encoder_id


def made_with(config: Path, domain: Path, embedding_model: str | None) -> str | None:
    """What a training would make a model with here. A live model made with anything else may be unreadable, read
    vectors that mean something else, or lack words that the actions say. None where the configuration cannot be
    read: a training says what is wrong."""
    encoder = encoder_named(config, embedding_model)
    return None if encoder is None else f"{encoder} {program()} {_hash_of(domain, {'.yml', '.yaml'})}"


def encoder_named(config: Path, embedding_model: str | None) -> str | None:
    """Id of the encoder that the pipeline of `config` reads with; `embedding_model` is the installation's, which goes
    before."""
    if embedding_model is None:
        try:
            parts = yaml.safe_load(config.read_text(encoding="utf-8"))["pipeline"]
            found = [part.get("model") for part in parts if str(part["name"]).endswith(".SentenceVectors")]
        except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
            return None
        embedding_model = found[0] if found else None
    return encoder_id(embedding_model)


def program() -> str:
    """Hash of the pipeline's source, examples and what ships taught: a new version trains anew, for it may write its
    files otherwise."""
    return _hash_of(Path(bot.brain.nlu.__file__).parent, {".py", ".yml", ".npz"})


def _hash_of(folder: Path, kinds: set[str]) -> str:
    digest = hashlib.sha256()
    for file in sorted(file for file in folder.rglob("*") if file.suffix in kinds):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]
