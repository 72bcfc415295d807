"""The encoder that serves: ONNX Runtime and the model's own tokenizer, no torch in the process."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from kb_index.embedding import Vectors, clean_text, whole_words

_FORMAT = 6
_EXPORT_SECONDS = 600
# Small batches of like length keep one core's cache warm: faster than one big padded batch.
_BATCH_TEXTS = 32
_BATCH_TOKENS = 2048
# In one row every token is compared with every other, so a row's attention costs the square of its length.
_ROW_TOKENS = 192
_log = logging.getLogger(__name__)


class OnnxEncoder:
    """See `LayeredEncoder`; reads what `onnx_export` wrote to `folder`."""

    def __init__(self, folder: Path, model_id: str, threads: int = 1) -> None:
        meta = json.loads((folder / "meta.json").read_text())
        self.model_id = model_id
        self.dimension: int = meta["dimension"]
        self.middle_dimension: int = meta["middle_dimension"]
        self._inputs: list[str] = meta["inputs"]
        self._pad_id: int = meta["pad_id"]
        self._lowercase: bool = meta["lowercase"]
        self._prompt: str = meta["prompt"]
        self._packed: bool = meta["packed"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(meta["max_tokens"])
        self.vocabulary = whole_words(self._tokenizer.get_vocab())
        self._session = _session(folder / "model.onnx")
        self._lanes = threads

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `SentenceEncoder.encode`."""
        return self.encode_layers(texts)[0]

    def encode_layers(self, texts: Sequence[str]) -> tuple[Vectors, Vectors]:
        """See `LayeredEncoder.encode_layers`."""
        widths = [width for width in (self.dimension, self.middle_dimension) if width]
        layers = [np.zeros((len(texts), width), dtype=np.float32) for width in widths]
        encodings = self._tokenizer.encode_batch([self._prepare(text) for text in texts])
        lengths = [len(encoding.ids) for encoding in encodings]
        batches = list(_rows(lengths) if self._packed else _batches(lengths))

        def fill(batch: list[int]) -> None:
            for rows, vectors in zip(layers, self._run([encodings[i] for i in batch]), strict=True):
                rows[batch] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

        if self._lanes > 1 and len(batches) > 1:
            # Whole batches side by side: threads that share one batch spend half their time waiting for each other.
            with ThreadPoolExecutor(self._lanes) as lanes:
                list(lanes.map(fill, batches))
        else:
            for batch in batches:
                fill(batch)
        return layers[0], layers[1] if len(layers) > 1 else np.zeros((len(texts), 0), dtype=np.float32)

    def _prepare(self, text: str) -> str:
        clean = self._prompt + clean_text(text)
        return clean.lower() if self._lowercase else clean

    def _run(self, encodings: list[Any]) -> list[Vectors]:
        layers: list[Vectors] = self._session.run(None, self._feed(encodings))
        return layers

    def outputs(self, text: str) -> list[Any]:
        """All that the graph gives out for one text; the first is its vector, not yet of unit length."""
        return self._run([self._tokenizer.encode(self._prepare(text))])

    def _feed(self, encodings: list[Any]) -> dict[str, npt.NDArray[np.int64]]:
        feed = _packed(encodings) if self._packed else self._padded(encodings)
        return {name: feed[name] for name in self._inputs}

    def _padded(self, encodings: list[Any]) -> dict[str, npt.NDArray[np.int64]]:
        longest = max(len(encoding.ids) for encoding in encodings)
        shape = (len(encodings), longest)
        tokens = np.full(shape, self._pad_id, dtype=np.int64)
        mask, types = np.zeros((2, *shape), dtype=np.int64)
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            tokens[row, :length] = encoding.ids
            mask[row, :length] = encoding.attention_mask
            types[row, :length] = encoding.type_ids
        return {"input_ids": tokens, "attention_mask": mask, "token_type_ids": types}


def _packed(encodings: list[Any]) -> dict[str, npt.NDArray[np.int64]]:
    """What `onnx_pipelines.Packed` is told."""
    lengths = np.array([len(encoding.ids) for encoding in encodings])
    within = np.arange(lengths.max())
    mask = within < lengths[:, np.newaxis]
    begins = np.cumsum(lengths) - lengths
    owners = np.repeat(np.arange(len(encodings)), lengths)
    return {
        "input_ids": np.array([[token for encoding in encodings for token in encoding.ids]], dtype=np.int64),
        "token_type_ids": np.array([[kind for encoding in encodings for kind in encoding.type_ids]], dtype=np.int64),
        "position_ids": (np.arange(len(owners)) - begins[owners])[np.newaxis],
        "owners": owners,
        "places": np.where(mask, begins[:, np.newaxis] + within, 0),
        "attention_mask": mask.astype(np.int64),
    }


def _session(graph: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # The arena never gives memory back after one long batch.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Positions grouped by like length, so that little is spent on padding."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        full = len(batch) == _BATCH_TEXTS or lengths[position] * (len(batch) + 1) > _BATCH_TOKENS
        if batch and full:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def _rows(lengths: list[int]) -> Iterator[list[int]]:
    """Positions in their order, as many to a row as it takes."""
    row: list[int] = []
    tokens = 0
    for position, length in enumerate(lengths):
        if row and tokens + length > _ROW_TOKENS:
            yield row
            row, tokens = [], 0
        row.append(position)
        tokens += length
    if row:
        yield row


def load_onnx_encoder(folder: Path, model_id: str, cache_dir: Path, threads: int) -> OnnxEncoder | None:
    """The fast encoder of a model, prepared at first use; None when the model cannot be prepared."""
    ready = load_prepared(model_id, cache_dir, threads)
    if ready is not None:
        return ready
    prepared = _prepared_folder(model_id, cache_dir)
    return OnnxEncoder(prepared, model_id, threads) if _prepare(folder, prepared) else None


def load_prepared(model_id: str, cache_dir: Path, threads: int) -> OnnxEncoder | None:
    """The fast encoder of a model that was prepared before; None where it was not, or what is there does not load."""
    prepared = _prepared_folder(model_id, cache_dir)
    if not (prepared / "meta.json").is_file():
        return None
    try:
        return OnnxEncoder(prepared, model_id, threads)
    except Exception as error:  # onnxruntime and tokenizers raise types of their own
        _log.warning("the prepared model in %s does not load (%s): it is to be prepared again", prepared, error)
    shutil.rmtree(prepared, ignore_errors=True)
    return None


def _prepared_folder(model_id: str, cache_dir: Path) -> Path:
    return cache_dir / "onnx" / f"{model_id.replace('/', '_')}.v{_FORMAT}"


def _prepare(folder: Path, prepared: Path) -> bool:
    """Exports beside the final place and moves the whole directory, so that no reader sees half of it."""
    prepared.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=prepared.parent) as scratch:
        fresh = Path(scratch) / "model"
        command = [sys.executable, "-m", "kb_index.onnx_export", str(folder.resolve()), str(fresh.resolve())]
        source = Path(__file__).resolve().parent.parent
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(source), os.environ.get("PYTHONPATH", "")])}
        try:
            subprocess.run(  # noqa: S603 - our own module, no shell
                command, capture_output=True, text=True, timeout=_EXPORT_SECONDS, check=True, env=env
            )
        except subprocess.SubprocessError as error:
            said = str(getattr(error, "stderr", None) or error)
            _log.warning("%s cannot be exported: %s", folder, said.strip().rpartition("\n")[2])
            return False
        try:
            fresh.rename(prepared)
        except OSError:
            return (prepared / "meta.json").is_file()  # another process was first
    return True
