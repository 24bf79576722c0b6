"""Connected components, against scipy's."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from diming.geometry.components import components


@pytest.mark.parametrize(
    ("things", "links"), [(1, 0), (10, 0), (10, 6), (500, 200), (500, 480), (500, 3000)]
)
def test_components_are_those_of_scipy(things, links):
    one, other = np.random.default_rng(links).integers(0, things, (2, links))
    pairs = coo_array((np.ones(links), (one, other)), shape=(things, things))
    _, expected = connected_components(pairs, directed=False)
    assert components(things, one, other).tolist() == expected.tolist()


def test_a_long_chain_in_any_order_is_one_component():
    order = np.random.default_rng(0).permutation(20_000)
    assert components(20_000, order[1:], order[:-1]).max() == 0
    assert components(20_000, np.arange(1, 20_000), np.arange(19_999)).max() == 0
