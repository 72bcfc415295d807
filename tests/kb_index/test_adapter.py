from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from kb_index.adapter import load_adapted, merge
from kb_index.embedding import (
    ADAPTER,
    SentenceEncoder,
    adapter_id,
    encoder_id,
    find_model,
    load_encoder,
    model_fingerprint,
)
from kb_index.errors import EncoderUnavailable

NAME = "encoder.layer.5.output.dense.weight"
TEXTS = ["where is my parcel", "can I talk to somebody", ""]


def _adapter(path: Path, **arrays: Any) -> Path:
    np.savez(path, **({"base": np.array(model_fingerprint(find_model(None)))} | arrays))
    return path


def _addition(scale: float) -> dict[str, Any]:
    drawn = np.random.default_rng(0)
    down, up = drawn.normal(size=(2, 1536)), drawn.normal(size=(384, 2))
    return {f"{NAME}.down": (down * scale).astype(np.float16), f"{NAME}.up": up.astype(np.float16)}


def test_only_the_named_weights_change_and_by_the_product_of_the_two_matrices(tmp_path: Path) -> None:
    added = _addition(0.01)
    merge(_adapter(tmp_path / "a.npz", **added), find_model(None), tmp_path / "merged")
    before = load_file(find_model(None) / "model.safetensors")
    after = load_file(tmp_path / "merged" / "model.safetensors")
    expected = added[f"{NAME}.up"].astype(np.float32) @ added[f"{NAME}.down"].astype(np.float32)
    assert np.allclose(after[NAME] - before[NAME], expected, atol=1e-5)
    assert np.abs(expected).max() > 0.01
    assert all(np.array_equal(after[name], before[name]) for name in before if name != NAME)


def test_the_adapted_encoder_serves_the_merged_model_and_is_prepared_once(tmp_path: Path) -> None:
    # Each time it is prepared it may get another form of weights, for which is quicker is tried on the machine as it is
    # just then, and each is .998 from the exact ones.
    same = 0.99
    adapter = _adapter(tmp_path / "a.npz", **_addition(0.02))
    adapted = load_adapted(adapter, tmp_path)
    merge(adapter, find_model(None), tmp_path / "merged")
    reference = load_encoder(str(tmp_path / "merged"), tmp_path)
    base = load_encoder(str(find_model(None)), tmp_path)
    vectors = adapted.encode(TEXTS)
    assert (vectors * reference.encode(TEXTS)).sum(axis=1).min() > same
    assert (vectors * base.encode(TEXTS)).sum(axis=1).max() < 0.98
    prepared = next((tmp_path / "onnx").glob("a@*")) / "model.onnx"
    made = prepared.stat().st_mtime_ns
    assert np.array_equal(load_adapted(adapter, tmp_path).encode(TEXTS), vectors)
    assert prepared.stat().st_mtime_ns == made
    prepared.write_bytes(b"half a file")
    assert (load_adapted(adapter, tmp_path).encode(TEXTS) * vectors).sum(axis=1).min() > same


def test_its_id_follows_its_content(tmp_path: Path) -> None:
    one = adapter_id(_adapter(tmp_path / "a.npz", **_addition(0.01)))
    assert one == adapter_id(tmp_path / "a.npz") != adapter_id(_adapter(tmp_path / "a.npz", **_addition(0.02)))


def test_an_adapter_of_another_model_a_damaged_and_a_missing_one_are_refused_by_name(tmp_path: Path) -> None:
    foreign = _adapter(tmp_path / "foreign.npz", base=np.array("other@1"))
    with pytest.raises(EncoderUnavailable, match=r"foreign\.npz was learned on other@1"):
        load_adapted(foreign, tmp_path)
    (tmp_path / "half.npz").write_bytes(foreign.read_bytes()[:100])
    with pytest.raises(EncoderUnavailable, match="damaged"):
        load_adapted(tmp_path / "half.npz", tmp_path)
    with pytest.raises(EncoderUnavailable, match="cannot be read"):
        load_adapted(tmp_path / "none.npz", tmp_path)


def test_the_encoder_without_a_name_is_the_packaged_one_with_what_ships(encoder: SentenceEncoder) -> None:
    assert encoder.model_id == encoder_id(None) == adapter_id(ADAPTER)
    assert ADAPTER.stat().st_size < 1_000_000
    told = ["how long does a refund take", "when will my money be back", "where is my money, I sent it to a friend"]
    same, other = encoder.encode(told)[0] @ encoder.encode(told)[1:].T
    assert same > other + 0.1
