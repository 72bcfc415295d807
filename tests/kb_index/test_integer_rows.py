"""Rows as 8-bit integers: cosines as of the exact rows, for any number of vectors and any company."""

import numpy as np
import pytest

from kb_index.integer_rows import IntegerRows, integers_are_quick

WIDTH = 384


@pytest.fixture(scope="module", autouse=True)
def _exact_sums() -> None:
    if not integers_are_quick():
        pytest.skip("this processor does not multiply 8-bit integers exactly, so nothing here is used on it")


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return unit(np.random.default_rng(1).normal(size=(500, WIDTH)))


@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_products_are_those_of_the_exact_rows(rows: np.ndarray, count: int) -> None:
    few = unit(rows[:count] + 0.04 * np.random.default_rng(2).normal(size=(count, WIDTH)))
    products = IntegerRows(rows).products(few)
    assert products.shape == (count, len(rows))
    assert products.dtype == np.float32
    assert np.abs(products - few @ rows.T).max(initial=0) < IntegerRows.ERROR


def test_one_large_number_leaves_the_others_their_say(rows: np.ndarray) -> None:
    uneven = rows.copy()
    uneven[:, 7] += 0.9
    few = unit(uneven[:5])
    assert np.abs(IntegerRows(rows).products(few) - few @ rows.T).max() < IntegerRows.ERROR


def test_a_vector_has_the_same_products_in_any_company(rows: np.ndarray) -> None:
    integer = IntegerRows(rows)
    assert np.array_equal(integer.products(rows[3:4])[0], integer.products(rows[:9])[3])


def test_rows_and_vectors_of_zeros_give_zeros(rows: np.ndarray) -> None:
    nothing = np.zeros((2, WIDTH), dtype=np.float32)
    assert not IntegerRows(nothing).products(rows[:2]).any()
    assert not IntegerRows(rows).products(nothing).any()
