"""The sentence encoder: unit vectors, stable ids, plain errors."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from kb_index.embedding import SentenceEncoder, find_model, load_encoder, model_fingerprint
from kb_index.errors import EncoderUnavailable


def test_vectors_are_unit_length_float32_in_order(encoder: SentenceEncoder) -> None:
    texts = ["Where is my parcel?", "How do I wash a down jacket?", "where is my package"]
    rows = encoder.encode(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (3, encoder.dimension)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    assert rows[0] @ rows[2] > rows[0] @ rows[1] + 0.3


def test_no_texts_give_no_rows(encoder: SentenceEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(encoder: SentenceEncoder) -> None:
    texts = [f"question {i} about " + "boots and tents " * (i % 9) for i in range(80)]
    together = encoder.encode(texts)
    alone = np.vstack([encoder.encode([text]) for text in texts])
    # Texts that stand in one row shift each other's sums by a rounding, no more.
    assert (together * alone).sum(axis=1).min() > 0.9995


def test_odd_texts_are_encoded(encoder: SentenceEncoder) -> None:
    rows = encoder.encode(["", "   ", "\x00\x01", "\ud800 lone surrogate", "日本語", "😀" * 500, "word " * 50_000])
    assert np.isfinite(rows).all()
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_model_id_changes_with_the_content(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(find_model(None), copy, ignore=shutil.ignore_patterns("*.safetensors"))
    before = model_fingerprint(copy)
    assert model_fingerprint(copy) == before
    (copy / "1_Pooling" / "config.json").write_text("{}")
    assert model_fingerprint(copy) != before


@pytest.mark.parametrize("name", ["nothing-here", "no/such-model", "/nowhere/at all", "a b c"])
def test_a_missing_model_is_named_with_a_way_out(name: str) -> None:
    with pytest.raises(EncoderUnavailable, match="packaged model"):
        load_encoder(name)
