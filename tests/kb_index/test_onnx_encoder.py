"""The fast encoder gives the model's own vectors, and keeps torch out of the process that serves."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from kb_index.embedding import SentenceEncoder, encode_layers, find_model, load_encoder
from kb_index.onnx_encoder import OnnxEncoder
from kb_index.onnx_export import TOKENIZER, _drawn, _packed
from kb_index.onnx_pipelines import Padded
from kb_index.torch_encoder import TorchEncoder, load_model

TEXTS = [
    "Where is my order?",
    "",
    "can i swap the boots for a 9",
    "  spaces around  ",
    "Größe 42, ça va? 日本語",
    "stove " * 400,
    "x" * 4000,
    "How do I season-seal a tent?\nThe seams leak.",
]


def test_vectors_equal_those_of_the_model_itself_but_for_the_precision_of_weights(
    encoder: SentenceEncoder, taught: Path
) -> None:
    assert isinstance(encoder, OnnxEncoder)
    reference = TorchEncoder(taught, "reference").encode(TEXTS)
    assert (encoder.encode(TEXTS) * reference).sum(axis=1).min() > 0.998


def test_middle_vectors_are_the_mean_of_the_fourth_of_six_layers(encoder: SentenceEncoder, taught: Path) -> None:
    model = load_model(taught)
    batch = model.tokenizer(TEXTS[:4], padding=True, return_tensors="pt")
    hidden = model[0].auto_model(**batch, output_hidden_states=True).hidden_states[4]
    mask = batch["attention_mask"].unsqueeze(-1)
    wanted = ((hidden * mask).sum(1) / mask.sum(1)).detach().numpy()
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    sentence, middle = encode_layers(encoder, [text.strip() for text in TEXTS[:4]])
    assert np.array_equal(sentence, encoder.encode(TEXTS[:4]))
    assert (middle * wanted).sum(axis=1).min() > 0.998


def test_a_model_that_does_not_tell_its_layers_is_prepared_with_its_sentence_vector_alone() -> None:
    sentence = torch.ones(2, 5)
    silent = Padded(lambda features: {**features, "sentence_embedding": sentence}, ["input_ids", "attention_mask"])
    [told] = silent(torch.ones(2, 3), torch.ones(2, 3))
    assert told is sentence


def test_many_texts_side_by_side_get_the_vectors_they_get_alone(encoder: SentenceEncoder) -> None:
    texts = [f"{number} pairs of boots in size {number % 13}" for number in range(150)]
    together, alone = load_encoder(threads=3).encode(texts), np.concatenate([encoder.encode([text]) for text in texts])
    # Sums are not taken in the same order, and what is rounded next to a border may fall on either side of it.
    assert (together * alone).sum(axis=1).min() > 0.9995


def test_texts_of_a_model_that_cannot_be_packed_are_filled_up_to_one_length(tmp_path: Path) -> None:
    model = load_model(find_model(None), model_kwargs={"attn_implementation": "eager"}).eval()
    model[0].auto_model.config.model_type = "of another make"
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    assert _packed(model, inputs, tmp_path) is None
    model.tokenizer.backend_tokenizer.save(str(tmp_path / TOKENIZER))
    [exact] = _drawn(model, Padded(model, inputs), tmp_path)[:1]
    padded = OnnxEncoder(tmp_path, "padded")
    assert json.loads((tmp_path / "meta.json").read_text())["packed"] is False
    assert len(exact)
    reference = TorchEncoder(find_model(None), "reference").encode(TEXTS)
    assert np.abs(padded.encode(TEXTS) - reference).max() < 1e-4


def test_a_packed_text_sees_nothing_of_its_neighbours(encoder: SentenceEncoder) -> None:
    assert isinstance(encoder, OnnxEncoder)
    [alone] = encoder.encode(["Where is my order?"])
    for company in (["no"], ["stove " * 300], ["ünïcode 日本語", "", "Where is my order, Where is my order"]):
        for texts in ([*company, "Where is my order?"], ["Where is my order?", *company]):
            assert encoder.encode(texts)[texts.index("Where is my order?")] @ alone > 0.9999


def test_serving_does_not_import_torch(encoder: SentenceEncoder) -> None:
    script = (
        "import sys, json; from kb_index.embedding import load_encoder; load_encoder().encode(['hello']);"
        "print(json.dumps([m for m in ('torch', 'transformers') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.slow
def test_a_damaged_prepared_model_is_prepared_again(tmp_path: Path) -> None:
    first = load_encoder(cache_dir=tmp_path)
    [graph] = tmp_path.rglob("model.onnx")
    graph.write_bytes(b"broken")
    again = load_encoder(cache_dir=tmp_path)
    assert isinstance(again, OnnxEncoder)
    assert np.array_equal(again.encode(["tent"]), first.encode(["tent"]))


def test_a_model_that_cannot_be_exported_still_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    slow = load_encoder(cache_dir=tmp_path)
    assert isinstance(slow, TorchEncoder)
    assert slow.encode(["tent"]).shape == (1, slow.dimension)
    assert encode_layers(slow, ["tent"])[1].shape == (1, 0)
