"""A graph's matrices as 8-bit integers and what they multiply as two of them: for processors that multiply integers
many times faster than fractions (AVX-512 VNNI, AMX).

What a matrix multiplies is rounded to 8 bits, and so is the rest that this leaves, so the sum of both products knows
16 bits of it: of 8, a transformer's few large activations would leave the small ones next to nothing (cosines to the
exact vectors down to .98). Their range is known beforehand, so that a text has the same vector in any company.
A matrix has one scale a column; one that a few large weights make coarse gets the rest of its rounding as well.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import helper, numpy_helper

_RANGE, _ZERO = 127, 128
_ROOM = 3.0
"""So many times what the trials saw still fits. Of 1,400 texts of all kinds 2.2 times was the most."""
_COARSE = 0.0095
"""Of a matrix that rounding changes by more than this, against its own size, the rest is multiplied too."""
_DOMAIN = "com.microsoft"
_Matrix = npt.NDArray[np.float32]


def watched(graph_file: Path, out: Path) -> list[str]:
    """Writes the graph to `out` with one more output for everything a constant matrix multiplies: its largest number
    without its sign. The names of what is multiplied, in the order of these outputs."""
    model = onnx.load(str(graph_file))
    factors = list(_Rewriting(model.graph, {}).products)
    for number, factor in enumerate(factors):
        names = [f"size.{number}", f"largest.{number}"]
        model.graph.node.append(helper.make_node("Abs", [factor], names[:1]))
        model.graph.node.append(helper.make_node("ReduceMax", names[:1], names[1:], keepdims=0))
        model.graph.output.append(helper.make_tensor_value_info(names[1], onnx.TensorProto.FLOAT, []))
    onnx.save(model, str(out))
    return factors


def quantize(graph_file: Path, out: Path, largest: Mapping[str, float]) -> None:
    """Writes the graph of `graph_file` to `out` with every constant matrix it multiplies by in integers.

    `largest` is how large what they multiply was in trials (see `watched`). Matrices that multiply the same thing stand
    side by side in one, and a bias that is added next goes with them.
    """
    model = onnx.load(str(graph_file))
    _Rewriting(model.graph, largest).run()
    model.opset_import.append(helper.make_opsetid(_DOMAIN, 1))
    onnx.save(model, str(out))


def columns(matrix: _Matrix) -> list[tuple[npt.NDArray[np.int8], _Matrix]]:
    """A matrix as integers from -127 to 127 and one scale a column; where these are coarse, the same of the rest."""
    scales = np.abs(matrix).max(axis=0) / _RANGE
    scales[scales == 0] = 1.0
    values = np.rint(matrix / scales)
    rounded = [(values.astype(np.int8), scales.astype(np.float32))]
    rest = matrix - values * scales
    return rounded + columns(rest)[:1] if np.linalg.norm(rest) > _COARSE * np.linalg.norm(matrix) else rounded


def sums_are_exact() -> bool:
    """Whether this processor adds products of 8-bit integers without losing any: without VNNI or AMX two large ones
    side by side are cut off at 16 bits."""
    info = [
        helper.make_tensor_value_info(name, kind, shape)
        for name, kind, shape in (("x", onnx.TensorProto.UINT8, [2, 64]), ("y", onnx.TensorProto.INT32, [2, 32]))
    ]
    largest = numpy_helper.from_array(np.full((64, 32), _RANGE, np.int8), "w")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["x", "w"], ["y"])], "sums", [info[0]], [info[1]], [largest]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    [sums] = session.run(None, {"x": np.full((2, 64), 255, np.uint8)})
    return bool((sums == 64 * 255 * _RANGE).all())


class _Rewriting:
    """One pass over a graph, whose nodes stand in the order in which they run."""

    def __init__(self, graph: Any, largest: Mapping[str, float]) -> None:
        self._graph = graph
        self._largest = largest
        self._constants = {each.name: each for each in graph.initializer}
        uses = Counter(name for node in graph.node for name in node.input)
        uses.update(each.name for each in graph.output)
        self._next = {name: node for node in graph.node for name in node.input if uses[name] == 1}
        self.products: dict[str, list[Any]] = defaultdict(list)
        """The products of each thing that is multiplied by constant matrices."""
        for node in graph.node:
            if self._multiplies(node):
                self.products[node.input[0]].append(node)
        self._nodes: list[Any] = []

    def run(self) -> None:
        """Put the integer form in the place of each product."""
        gone: set[str] = set()
        for node in self._graph.node:
            if node.output[0] in gone:
                continue
            if not self._multiplies(node):
                self._nodes.append(node)
                continue
            products = self.products[node.input[0]]
            biases = [self._bias(each) for each in products]
            self._product(node.input[0], products, biases)
            gone |= {each.output[0] for each in products}
            gone |= {added.output[0] for added, _ in filter(None, biases)}
        used = {name for node in self._nodes for name in node.input}
        kept = [each for each in self._graph.initializer if each.name in used]
        for field, left in ((self._graph.node, self._nodes), (self._graph.initializer, kept)):
            del field[:]
            field.extend(left)

    def _multiplies(self, node: Any) -> bool:
        matrix = self._constants.get(node.input[1]) if node.op_type == "MatMul" else None
        return matrix is not None and len(matrix.dims) == 2

    def _bias(self, product: Any) -> tuple[Any, _Matrix] | None:
        """The node that adds a constant row to a product, if that is all that becomes of it, and the row."""
        added = self._next.get(product.output[0])
        if added is None or added.op_type != "Add":
            return None
        row = next((self._constants[name] for name in added.input if name in self._constants), None)
        if row is None or list(row.dims) != [self._constants[product.input[1]].dims[1]]:
            return None
        return added, numpy_helper.to_array(row)

    def _product(self, factor: str, products: Sequence[Any], biases: Sequence[tuple[Any, _Matrix] | None]) -> None:
        matrices = [numpy_helper.to_array(self._constants[each.input[1]]) for each in products]
        rows = [
            np.zeros(matrix.shape[1], np.float32) if bias is None else bias[1]
            for matrix, bias in zip(matrices, biases, strict=True)
        ]
        name = f"{products[0].output[0]}.integers"
        first, rest = f"{name}.first", f"{name}.rest"
        zero = self._constant(f"{name}.zero", np.array(_ZERO, np.uint8))
        step = self._largest[factor] * _ROOM / _RANGE or 1.0
        of_first = [self._constant(f"{first}.scale", np.array(step, np.float32)), zero]
        of_rest = [self._constant(f"{rest}.scale", np.array(step / (2 * _RANGE), np.float32)), zero]
        self._add("QuantizeLinear", [factor, *of_first], [first])
        self._add("DequantizeLinear", [first, *of_first], [f"{first}.exact"])
        self._add("Sub", [factor, f"{first}.exact"], [f"{rest}.exact"])
        self._add("QuantizeLinear", [f"{rest}.exact", *of_rest], [rest])
        matrix, *coarse = self._matrices(name, np.concatenate(matrices, axis=1))
        bias = self._constant(f"{name}.bias", np.concatenate(rows))
        parts = [self._multiplied(first, of_first, each) for each in (matrix, *coarse)]
        parts.append(self._multiplied(rest, of_rest, matrix, bias))
        outputs = [
            each.output[0] if bias is None else bias[0].output[0] for each, bias in zip(products, biases, strict=True)
        ]
        sides = outputs if len(outputs) == 1 else [f"{name}.product"]
        self._add("Add" if len(parts) == 2 else "Sum", parts, sides)
        if len(outputs) > 1:
            sizes = self._constant(f"{name}.sizes", np.array([each.shape[1] for each in matrices], np.int64))
            self._nodes.append(helper.make_node("Split", [*sides, sizes], outputs, axis=-1))

    def _matrices(self, name: str, matrix: _Matrix) -> list[tuple[str, str]]:
        """Names of the integers and of the scales of a matrix, and of its rest where that is wanted."""
        return [
            (self._constant(f"{name}.values{at}", values), self._constant(f"{name}.scales{at}", scales))
            for at, (values, scales) in enumerate(columns(matrix))
        ]

    def _multiplied(self, name: str, scale: Sequence[str], matrix: tuple[str, str], bias: str = "") -> str:
        values, scales = matrix
        inputs = [name, values, scale[0], scales, scale[1], "", bias]
        product = f"{name}.times.{values}"
        self._nodes.append(helper.make_node("MatMulIntegerToFloat", inputs, [product], domain=_DOMAIN))
        return product

    def _add(self, kind: str, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self._nodes.append(helper.make_node(kind, list(inputs), list(outputs)))

    def _constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self._graph.initializer.append(numpy_helper.from_array(value, name))
        return name
