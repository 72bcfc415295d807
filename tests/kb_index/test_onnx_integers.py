"""Weights as whole columns of 8-bit integers: near the exact ones even where few numbers are large."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from kb_index.onnx_integers import columns, quantize, sums_are_exact, watched

INNER, OUTER = 96, 40


def graph_of(path: Path, *, biased: bool = True, used_too: bool = False) -> Path:
    """x by two matrices, to the first of which a row is added; with `used_too` its product is given out as well."""
    random = np.random.default_rng(3)
    constants = {name: random.normal(size=(INNER, OUTER)) for name in ("v", "w")} | {"b": random.normal(size=OUTER)}
    nodes = [helper.make_node("MatMul", ["x", "v"], ["xv"]), helper.make_node("MatMul", ["x", "w"], ["z"])]
    nodes.append(helper.make_node("Add" if biased else "Mul", ["b", "xv"], ["y"]))
    outputs = ["y", "z", "xv"] if used_too else ["y", "z"]
    graph = helper.make_graph(
        nodes,
        "two",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", INNER])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", OUTER]) for name in outputs],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(path))
    return path


def run(path: Path, x: np.ndarray) -> list[np.ndarray]:
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"]).run(None, {"x": x})


def test_it_is_told_how_large_what_is_multiplied_gets(tmp_path: Path) -> None:
    assert watched(graph_of(tmp_path / "exact.onnx"), tmp_path / "watched.onnx") == ["x"]
    x = np.zeros((2, INNER), dtype=np.float32)
    x[1, 5] = -7.5
    exact, [*same, largest] = run(tmp_path / "exact.onnx", x), run(tmp_path / "watched.onnx", x)
    assert largest == 7.5
    assert all(np.array_equal(one, other) for one, other in zip(exact, same, strict=True))


def test_a_row_has_the_same_products_in_any_company(tmp_path: Path) -> None:
    quantize(graph_of(tmp_path / "exact.onnx"), tmp_path / "small.onnx", {"x": 60.0})
    x = np.random.default_rng(6).normal(size=(4, INNER)).astype(np.float32)
    x[3] *= 50
    together, alone = run(tmp_path / "small.onnx", x), run(tmp_path / "small.onnx", x[:1])
    assert all(np.allclose(one[:1], other, rtol=1e-6) for one, other in zip(together, alone, strict=True))


@pytest.mark.skipif(not sums_are_exact(), reason="sums of 8-bit products are cut off on this processor")
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("used_too", [True, False])
def test_small_numbers_beside_a_large_one_still_count(tmp_path: Path, biased: bool, used_too: bool) -> None:
    exact = graph_of(tmp_path / "exact.onnx", biased=biased, used_too=used_too)
    quantize(exact, tmp_path / "small.onnx", {"x": 60.0})
    x = np.random.default_rng(4).normal(size=(5, INNER)).astype(np.float32)
    x[2, 7] = 200.0  # eight bits of this alone would leave nothing of the rest
    small = run(tmp_path / "small.onnx", x)
    for wanted, got in zip(run(exact, x), small, strict=True):
        others = [0, 1, 3, 4]
        assert np.abs(got - wanted)[others].max() < 0.03 * np.abs(wanted[others]).max()
        assert not np.array_equal(got, wanted)


def test_what_multiplies_the_same_is_one_matrix_and_its_bias_needs_no_node(tmp_path: Path) -> None:
    quantize(graph_of(tmp_path / "exact.onnx"), tmp_path / "small.onnx", {"x": 1.0})
    kinds = [node.op_type for node in onnx.load(str(tmp_path / "small.onnx")).graph.node]
    assert kinds.count("MatMulIntegerToFloat") == 2, "one for the numbers, one for the rest that rounding leaves"
    assert kinds.count("Add") == 1
    assert "MatMul" not in kinds


def test_a_coarse_matrix_gets_the_rest_of_its_rounding_too() -> None:
    even = np.random.default_rng(5).uniform(-1, 1, size=(64, 8)).astype(np.float32)
    assert len(columns(even)) == 1
    coarse = even.copy()
    coarse[0] *= 30
    parts = columns(coarse)
    assert len(parts) == 2
    assert np.allclose(sum(values * scales for values, scales in parts), coarse, atol=1e-3)


def test_zeros_stay_zero() -> None:
    [(values, scales)] = columns(np.zeros((3, 2), dtype=np.float32))
    assert not values.any()
    assert np.isfinite(scales).all()


def test_sums_are_exact_says_what_this_processor_does() -> None:
    flags = Path("/proc/cpuinfo")
    if not flags.exists():
        pytest.skip("what the processor can do is not told here")
    if "vnni" in flags.read_text():
        assert sums_are_exact()
