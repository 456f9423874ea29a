import numpy as np

from solvers.shipped import find, names
from solvers.specs import Accelerator, Fabric, Fleet, Node, Precision, arithmetic_format, stack, take
from tests.solvers.systems import A100, H100


def fleet(chip, bandwidth, nodes):
    node = Node(name="node", accelerator=chip, accelerators_per_node=8)
    return Fleet(name=f"{nodes} nodes", node=node, fabric=Fabric(bandwidth=bandwidth), nodes=nodes)


def test_rows_of_stacked_fleets_bring_their_chips_and_fabrics_along():
    rows = take(stack([fleet(H100, 50e9, 4), fleet(A100, 25e9, 2)]), np.array([1, 0, 1]))
    assert rows.devices.tolist() == [16, 32, 16]
    assert rows.fabric.bandwidth.tolist() == [25e9, 50e9, 25e9]
    assert rows.node.accelerator.tdp.tolist() == [400, 700, 400]
    assert rows.node.accelerator.peak.shape == (3, 9)
    assert np.isnan(rows.node.fabric.bandwidth).all()


def test_the_format_of_arithmetic_is_the_same_for_a_chip_alone_in_a_column_and_in_a_grid():
    chips = [find(Accelerator, slug) for slug in names(Accelerator)]
    column, formats = stack(chips), np.array([int(each) for each in Precision])
    alone = [[int(arithmetic_format(chip, each)) for each in formats] for chip in chips]
    grid = arithmetic_format(take(column, np.arange(len(chips)).reshape(-1, 1)), formats.reshape(1, -1))
    assert grid.tolist() == alone
    for place, each in enumerate(formats):
        found = arithmetic_format(column, np.full(len(chips), each))
        assert found.tolist() == arithmetic_format(column, each).tolist() == [row[place] for row in alone]
