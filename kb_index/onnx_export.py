"""Prepares a model for ONNX Runtime: `python -m kb_index.onnx_export MODEL_DIR OUT_DIR`.

Weights are kept in blocks of 8 bits where that leaves the vectors nearly as they are and this machine is quicker with
them, else as they were.
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

from kb_index.embedding import Vectors
from kb_index.onnx_blocks import quantize, quicker
from kb_index.onnx_encoder import OnnxEncoder
from kb_index.torch_encoder import load_model

GRAPH, TOKENIZER, META = "model.onnx", "tokenizer.json", "meta.json"
_OPSET = 17
_TOLERANCE = 1e-4
_NEAR = 0.998
"""Cosine of a vector from 8-bit weights to the exact one, at least; else the exact weights serve."""
_PROBES = (
    "Where is my parcel?",
    "",
    "How do I re-waterproof a jacket that has lost its finish after many washes",
    "ünïcode 日本語 \x01",
    "long " * 700,
)


class _Pipeline(torch.nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Transformer, pooling and whatever follows, as one graph from token ids to the sentence vector."""

    def __init__(self, model: Any, inputs: list[str]) -> None:
        super().__init__()
        self.model = model
        self.inputs = inputs

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        features = dict(zip(self.inputs, tensors, strict=True))
        sentence: torch.Tensor = self.model(features)["sentence_embedding"]
        return sentence


def export(folder: Path, out: Path) -> None:
    """Writes graph, tokenizer and their settings to `out`."""
    # torch's fused attention has no exact counterpart in the exporter; the plain form has.
    model = load_model(folder, model_kwargs={"attn_implementation": "eager"}).eval()
    tokenizer = model.tokenizer
    example = tokenizer(["where is my parcel", "hello"], padding=True, return_tensors="pt")
    inputs = [name for name in tokenizer.model_input_names if name in example]
    out.mkdir(parents=True, exist_ok=True)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Pipeline(model, inputs),
            tuple(example[name] for name in inputs),
            str(out / GRAPH),
            input_names=inputs,
            output_names=["sentence"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in inputs} | {"sentence": {0: "batch"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    tokenizer.backend_tokenizer.save(str(out / TOKENIZER))
    (out / META).write_text(json.dumps(_settings(model, inputs), indent=1))
    exact = _checked(model, out)
    _try_blocks(out, exact)


def _settings(model: Any, inputs: list[str]) -> dict[str, Any]:
    prompts: dict[str, str] = getattr(model, "prompts", None) or {}
    return {
        "inputs": inputs,
        "dimension": int(model.get_embedding_dimension()),
        "max_tokens": int(model.max_seq_length or 512),
        "pad_id": int(model.tokenizer.pad_token_id or 0),
        "lowercase": bool(getattr(model[0], "do_lower_case", False)),
        "prompt": prompts.get(getattr(model, "default_prompt_name", None) or "", ""),
    }


def _checked(model: Any, out: Path) -> Vectors:
    """The probes' vectors; refuses a form that gives others than the model itself."""
    wanted = model.encode([text.strip() for text in _PROBES], normalize_embeddings=True)
    got = OnnxEncoder(out, "probe").encode(_PROBES)
    worst = float(np.abs(wanted - got).max())
    if not worst < _TOLERANCE:
        raise SystemExit(f"the exported model is off by {worst:.2g}")
    return got


def _try_blocks(out: Path, exact: Vectors) -> None:
    """Puts the graph with 8-bit weights in place of the exact one if it is quicker here and its vectors near enough.

    It depends on the processor: on one with AVX-512 it took half the time, on one with AVX2 alone eight texts at once
    took 1.6 times as long as with the exact weights. So it is tried, not guessed.
    """
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        small = Path(scratch)
        for name in (META, TOKENIZER):
            shutil.copy(out / name, small / name)
        quantize(out / GRAPH, small / GRAPH)
        candidate = OnnxEncoder(small, "probe")
        near = (candidate.encode(_PROBES) * exact).sum(axis=1)
        if near.min() >= _NEAR and quicker(candidate, OnnxEncoder(out, "probe")):
            (small / GRAPH).replace(out / GRAPH)


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
