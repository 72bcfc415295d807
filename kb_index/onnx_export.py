"""Prepares a model for ONNX Runtime: `python -m kb_index.onnx_export MODEL_DIR OUT_DIR`.

Weights are kept as integers of 8 bits, in one form or another, where that leaves the vectors nearly as they are and
this machine is quicker with them, else as they were.
Run as a process of its own by `onnx_encoder`, because torch is needed here and nowhere while serving.
"""

import json
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from kb_index import onnx_blocks, onnx_integers
from kb_index.embedding import Vectors
from kb_index.onnx_encoder import OnnxEncoder
from kb_index.onnx_pipelines import Packed, Padded
from kb_index.quicker import TYPICAL, quicker
from kb_index.torch_encoder import load_model

GRAPH, TOKENIZER, META = "model.onnx", "tokenizer.json", "meta.json"
_OPSET = 17
_TOLERANCE = 1e-4
_PACKABLE = {"bert"}
"""Makes of models that take positions, and say by a mask of four sides which token looks at which."""
_NEAR = 0.998
"""Cosine of a vector from 8-bit weights to the exact one, at least; else the exact weights serve."""
_PROBES = (
    "Where is my parcel?",
    "",
    "How do I re-waterproof a jacket that has lost its finish after many washes",
    "ünïcode 日本語 \x01",
    "long " * 700,
)


class NotTheModel(RuntimeError):
    """A graph that gives other vectors than the model it was drawn from."""


def export(folder: Path, out: Path) -> None:
    """Writes graph, tokenizer and their settings to `out`."""
    # torch's fused attention has no exact counterpart in the exporter; the plain form has.
    model = load_model(folder, model_kwargs={"attn_implementation": "eager"}).eval()
    told = model.tokenizer(["where is my parcel"], return_tensors="pt")
    inputs = [name for name in model.tokenizer.model_input_names if name in told]
    out.mkdir(parents=True, exist_ok=True)
    _tell_layers(model)
    model.tokenizer.backend_tokenizer.save(str(out / TOKENIZER))
    exact = _packed(model, inputs, out) or _drawn(model, Padded(model, inputs), out)
    _try_forms(out, exact)


def _packed(model: Any, inputs: list[str], out: Path) -> tuple[Vectors, Vectors] | None:
    """As `_drawn` with texts in one row, where the model can be asked so and answers as it does otherwise."""
    if getattr(getattr(getattr(model[0], "auto_model", None), "config", None), "model_type", None) not in _PACKABLE:
        return None
    try:
        return _drawn(model, Packed(model, inputs), out)
    except Exception as error:  # whatever the model or the exporter raises, there is the other form
        print(f"texts are filled up to one length: {error}", file=sys.stderr)  # noqa: T201 - the process's only log
        return None


def _drawn(model: Any, pipeline: Padded | Packed, out: Path) -> tuple[Vectors, Vectors]:
    """Writes a graph with its settings. What it makes of the probes; refuses a graph that is not the model."""
    example = pipeline.example(model.tokenizer)
    with torch.no_grad():
        widths = [int(layer.shape[1]) for layer in pipeline(*example)]
    outputs = ["sentence", "middle"][: len(widths)]
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            pipeline,
            example,
            str(out / GRAPH),
            input_names=pipeline.inputs,
            output_names=outputs,
            dynamic_axes=pipeline.axes | {name: {0: "batch"} for name in outputs},
            opset_version=_OPSET,
            dynamo=False,
        )
    settings = _settings(model, pipeline.inputs, widths) | {"packed": isinstance(pipeline, Packed)}
    (out / META).write_text(json.dumps(settings, indent=1))
    return _checked(model, out)


def _tell_layers(model: Any) -> None:
    """Asks the transformer for what each layer gives; a model of another make is left as it is."""
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    if config is not None:
        config.output_hidden_states = True


def _settings(model: Any, inputs: list[str], widths: list[int]) -> dict[str, Any]:
    prompts: dict[str, str] = getattr(model, "prompts", None) or {}
    return {
        "inputs": inputs,
        "dimension": int(model.get_embedding_dimension()),
        "middle_dimension": widths[1] if len(widths) > 1 else 0,
        "max_tokens": int(model.max_seq_length or 512),
        "pad_id": int(model.tokenizer.pad_token_id or 0),
        "lowercase": bool(getattr(model[0], "do_lower_case", False)),
        "prompt": prompts.get(getattr(model, "default_prompt_name", None) or "", ""),
    }


def _checked(model: Any, out: Path) -> tuple[Vectors, Vectors]:
    """The probes' vectors of both layers; refuses a form that gives other sentence vectors than the model itself."""
    wanted = model.encode([text.strip() for text in _PROBES], normalize_embeddings=True)
    got = OnnxEncoder(out, "probe").encode_layers(_PROBES)
    worst = float(np.abs(wanted - got[0]).max())
    if not worst < _TOLERANCE:
        raise NotTheModel(f"the exported model is off by {worst:.2g}")
    return got


def _try_forms(out: Path, exact: tuple[Vectors, Vectors]) -> None:
    """Puts the quickest graph with 8-bit weights in place of the exact one, if it is quicker here and its vectors near
    enough.

    It depends on the processor, so it is tried, not guessed: eight texts at once took 1.6 times as long with blocks as
    with exact weights on one with AVX2 alone; on one with AMX as long, and two thirds of it with whole columns.
    """
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        original = Path(scratch) / "exact.onnx"
        shutil.copy(out / GRAPH, original)
        small = _beside(out, Path(scratch) / "small")
        onnx_blocks.quantize(original, small / GRAPH)
        _take_if_better(small, out, exact)
        if onnx_integers.sums_are_exact():
            small = _beside(out, Path(scratch) / "smaller")
            onnx_integers.quantize(original, small / GRAPH, _largest(original, _beside(out, Path(scratch) / "watched")))
            _take_if_better(small, out, exact)


def _beside(out: Path, folder: Path) -> Path:
    """A folder for another graph with the same tokenizer and settings."""
    folder.mkdir()
    for name in (META, TOKENIZER):
        shutil.copy(out / name, folder / name)
    return folder


def _largest(original: Path, folder: Path) -> dict[str, float]:
    """How large the numbers are that the graph's matrices multiply, over all texts that are tried."""
    names = onnx_integers.watched(original, folder / GRAPH)
    encoder = OnnxEncoder(folder, "probe")
    seen = [encoder.outputs(text)[-len(names) :] for text in (*_PROBES, *TYPICAL)]
    return {name: float(max(sizes)) for name, sizes in zip(names, zip(*seen, strict=True), strict=True)}


def _take_if_better(small: Path, out: Path, exact: tuple[Vectors, Vectors]) -> None:
    candidate = OnnxEncoder(small, "probe")
    near = min(
        float((got * wanted).sum(axis=1).min())
        for got, wanted in zip(candidate.encode_layers(_PROBES), exact, strict=True)
        if wanted.shape[1]
    )
    if near >= _NEAR and quicker(candidate, OnnxEncoder(out, "probe")):
        (small / GRAPH).replace(out / GRAPH)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
