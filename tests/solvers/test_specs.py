import numpy as np

from solvers.specs import Fabric, Fleet, Node, stack, take
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
