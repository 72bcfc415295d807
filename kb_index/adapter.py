"""The packaged encoder with something learned on top: low-rank additions to its weights, a few hundred kilobytes.

Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021): each matrix W of the network becomes W + B A,
with B and A so narrow that they can be shipped where a whole model cannot.
"""

import shutil
import tempfile
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from safetensors.numpy import load_file, save_file

from kb_index.embedding import SentenceEncoder, adapter_id, find_model, load_model_in, model_fingerprint
from kb_index.errors import EncoderUnavailable
from kb_index.onnx_encoder import load_prepared

_WEIGHTS = "model.safetensors"
DOWN, UP = ".down", ".up"
"""What the two narrow matrices of a weight are called behind its name: (rank, in) and (out, rank)."""
BASE = "base"
"""Where an adapter's file tells the fingerprint of the model that it was learned on."""


def load_adapted(adapter: Path, cache_dir: Path, threads: int = 1) -> SentenceEncoder:
    """The packaged model with the additions of `adapter` (npz), prepared at first use as `load_encoder` does.

    The file holds `base` and, for a weight of that model, NAME.down and NAME.up; whatever else stands there is passed
    over. Raises `EncoderUnavailable` where the file is damaged, or learned on another model than the packaged one.
    """
    model_id = adapter_id(adapter)
    ready = load_prepared(model_id, cache_dir, threads)
    if ready is not None:
        return ready
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / adapter.stem
        merge(adapter, find_model(None), folder)
        return load_model_in(folder, model_id, cache_dir, threads)


def merge(adapter: Path, base: Path, out: Path) -> None:
    """Writes the model `base` with the additions of `adapter` to the directory `out`. Raises `EncoderUnavailable`."""
    try:
        with np.load(adapter, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        learned_on = str(arrays[BASE])
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise EncoderUnavailable(f"The adapter {adapter} is damaged: {error}", {"adapter": str(adapter)}) from error
    if learned_on != model_fingerprint(base):
        raise EncoderUnavailable(
            f"The adapter {adapter.name} was learned on {learned_on}, the packaged model is {model_fingerprint(base)}.",
            {"adapter": str(adapter)},
        )
    shutil.copytree(base, out, ignore=shutil.ignore_patterns(_WEIGHTS))
    weights = load_file(base / _WEIGHTS)
    for name in [name.removesuffix(UP) for name in arrays if name.endswith(UP)]:
        addition = arrays[name + UP].astype(np.float32) @ arrays[name + DOWN].astype(np.float32)
        weights[name] = (weights[name] + addition).astype(np.float32)
    save_file(weights, out / _WEIGHTS, metadata={"format": "pt"})
