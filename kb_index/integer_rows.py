"""Unit rows kept as 8-bit integers to be multiplied with a few vectors at a time: a quarter of the memory to read.

Comparing one vector with thousands of rows is mostly fetching the rows. The rows have one scale each; a vector is two
rows of integers, of which the second is what rounding the first left over, so only the rows' own rounding remains.
"""

from functools import cache

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from kb_index.embedding import Vectors
from kb_index.onnx_integers import columns, sums_are_exact

_RANGE, _ZERO = 127, 128
_NAME = "rows"


class IntegerRows:
    """Products of vectors with the same rows, again and again; to within `ERROR` for rows and vectors of length 1."""

    ERROR = 0.003
    """So far a cosine of 384 numbers may be from the exact one; usually it is a quarter of that."""

    def __init__(self, rows: Vectors) -> None:
        [(values, self._scales), *_] = columns(np.ascontiguousarray(rows.T))
        self._session = _session(values)

    def __len__(self) -> int:
        return len(self._scales)

    def products(self, few: Vectors) -> Vectors:
        """Each of few vectors with each of the rows, (few, rows)."""
        first, first_scales = _rounded(few)
        rest, rest_scales = _rounded(few - first * first_scales)
        both = np.concatenate([first, rest]).astype(np.int16) + _ZERO
        [sums] = self._session.run(None, {"few": both.astype(np.uint8)})
        products: Vectors = np.multiply(sums[: len(few)], first_scales, dtype=np.float32)
        products += np.multiply(sums[len(few) :], rest_scales, dtype=np.float32)
        products *= self._scales
        return products


@cache
def integers_are_quick() -> bool:
    """Whether this processor multiplies 8-bit integers exactly, which those do that were built to do it quickly."""
    return sums_are_exact()


def _rounded(rows: Vectors) -> tuple[Vectors, Vectors]:
    """Whole numbers from -127 to 127 and one scale a row."""
    scales = np.abs(rows).max(axis=1, keepdims=True, initial=0) / np.float32(_RANGE)
    scales[scales == 0] = 1
    return np.rint(rows / scales), scales


def _session(values: npt.NDArray[np.int8]) -> onnxruntime.InferenceSession:
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["few", _NAME, "zero"], ["sums"])],
        "products",
        [helper.make_tensor_value_info("few", onnx.TensorProto.UINT8, [None, values.shape[0]])],
        [helper.make_tensor_value_info("sums", onnx.TensorProto.INT32, [None, values.shape[1]])],
        [numpy_helper.from_array(values, _NAME), numpy_helper.from_array(np.array(_ZERO, np.uint8), "zero")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
