"""Weights in blocks of 8 bits: near the exact ones, whatever their shape, and only where they are constant."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from kb_index.onnx_blocks import BLOCK, blocks, quantize


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
