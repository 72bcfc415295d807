"""Weights in blocks of 8 bits: near the exact ones, whatever their shape, and only where they are constant."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from kb_index.onnx_blocks import BLOCK, blocks, quantize, quicker


def graph_of(path: Path, matrix: np.ndarray, *, twice: bool = False) -> Path:
    """x @ matrix, and with `twice` the same again for a second output."""
    inner, outer = matrix.shape
    names = ["y", "z"] if twice else ["y"]
    model = helper.make_model(
        helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], [name], name=name) for name in names],
            "one",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", inner])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", outer]) for name in names],
            [numpy_helper.from_array(matrix.astype(np.float32), "w")],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.save(model, str(path))
    return path


def run(path: Path, x: np.ndarray) -> list[np.ndarray]:
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": x})


@pytest.mark.parametrize("inner", [BLOCK, 7 * BLOCK])
def test_products_stay_near_the_exact_ones(tmp_path: Path, inner: int) -> None:
    random = np.random.default_rng(1)
    exact = graph_of(tmp_path / "exact.onnx", random.normal(size=(inner, 48)))
    quantize(exact, tmp_path / "small.onnx")
    x = random.normal(size=(5, inner)).astype(np.float32)
    [wanted], [got] = run(exact, x), run(tmp_path / "small.onnx", x)
    assert np.abs(got - wanted).max() < 0.03 * np.abs(wanted).max()
    assert not np.array_equal(got, wanted)


def test_a_matrix_used_twice_is_kept_once_and_small(tmp_path: Path) -> None:
    matrix = np.random.default_rng(2).normal(size=(256, 256))
    exact = graph_of(tmp_path / "exact.onnx", matrix, twice=True)
    quantize(exact, tmp_path / "small.onnx")
    assert (tmp_path / "small.onnx").stat().st_size < 0.35 * exact.stat().st_size
    first, second = run(tmp_path / "small.onnx", np.ones((1, 256), dtype=np.float32))
    assert np.array_equal(first, second)


def test_each_block_has_its_own_scale_and_zeros_stay_zero() -> None:
    matrix = np.zeros((2 * BLOCK + 3, 2), dtype=np.float32)
    matrix[:BLOCK, 0], matrix[BLOCK : 2 * BLOCK, 0] = 100.0, 0.01
    values, scales = blocks(matrix)
    assert values.shape == (2, 3, BLOCK)
    back = (values.astype(np.float32) - 128) * scales[:, :, None]
    assert np.allclose(back.reshape(2, -1)[:, : len(matrix)].T, matrix, rtol=1e-6)


class Busy:
    """An encoder that takes so many seconds of processor time a text."""

    model_id, dimension = "busy", 2

    def __init__(self, alone: float, in_a_batch: float) -> None:
        self._alone, self._in_a_batch = alone, in_a_batch

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        until = time.process_time() + (self._alone if len(texts) == 1 else self._in_a_batch * len(texts))
        while time.process_time() < until:
            pass
        return np.zeros((len(texts), 2), dtype=np.float32)


def test_the_quicker_form_serves_a_text_alone_and_a_batch_taken_together() -> None:
    present = Busy(0.002, 0.002)
    assert quicker(Busy(0.001, 0.001), present)
    assert not quicker(Busy(0.003, 0.003), present)
    assert not quicker(Busy(0.001, 0.004), present), "what it saves alone it loses where customers wait"
