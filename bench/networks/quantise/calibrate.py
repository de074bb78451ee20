"""Find the ranges of a network's activations on pictures, by nncf.

nncf decides where integers are worth while and which range loses least. Its weights and biases are
not used: `quantise` makes weights that cannot overflow, and nncf's biases correct the errors of
others.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import openvino
from numpy.typing import NDArray

from services.worker.backbone.precision.quantise import CHANNEL_DIMENSIONS, graph_digest, operations
from services.worker.backbone.precision.ranges import Point, Ranges
from services.worker.backbone.runtimes.openvino_core import openvino_core

# Layers in floating point: the errors of the first ones are passed on by all others, and the last
# one makes the embedding. `--layers` shows how much each layer matters.
FLOAT_FIRST_CONVOLUTIONS = 6
FLOAT_LAST_CONVOLUTIONS = 1
FAKE_QUANTIZE = "FakeQuantize"
RESIDUAL = "Add"
LOW, HIGH = 1, 2


def find_ranges(graph: Path, squares: Sequence[NDArray[np.uint8]]) -> Ranges:
    """Return the ranges of a converted network; squares: (side, side, 3) RGB each."""
    import nncf

    model = openvino_core().read_model(graph)
    quantised = nncf.quantize(
        openvino_core().read_model(graph),
        nncf.Dataset([square[np.newaxis] for square in squares]),
        subset_size=len(squares),
        preset=nncf.QuantizationPreset.PERFORMANCE,
        advanced_parameters=nncf.AdvancedQuantizationParameters(disable_channel_alignment=True),
    )
    return Ranges(graph_digest(model), tuple(_points(model, quantised)))


def _points(model: openvino.Model, quantised: openvino.Model) -> Iterator[Point]:
    """Yield the points of nncf's graph by the numbers of the operations in the first one."""
    nodes = operations(model)
    numbers = {node.get_friendly_name(): number for number, node in enumerate(nodes)}
    floating = _floating(nodes)
    for node in quantised.get_ordered_ops():
        source = node.input_value(0).get_node() if node.get_type_name() == FAKE_QUANTIZE else None
        # nncf's other points quantise weights.
        if source is None or source.get_friendly_name() not in numbers:
            continue
        targets = tuple(
            sorted(
                (numbers[target.get_node().get_friendly_name()], target.get_index())
                for target in node.output(0).get_target_inputs()
            )
        )
        if _are_integers(nodes, targets) and floating.isdisjoint(number for number, _ in targets):
            low, high = (node.input_value(place).get_node().get_data() for place in (LOW, HIGH))
            number = numbers[source.get_friendly_name()]
            yield Point(number, targets, low.astype(np.float32), high.astype(np.float32))


def _floating(nodes: Sequence[openvino.Node]) -> set[int]:
    """Return the numbers of the convolutions that stay in floating point."""
    convolutions = [
        number for number, node in enumerate(nodes) if node.get_type_name() in CHANNEL_DIMENSIONS
    ]
    return {
        *convolutions[:FLOAT_FIRST_CONVOLUTIONS],
        *convolutions[-FLOAT_LAST_CONVOLUTIONS:],
    }


def _are_integers(nodes: Sequence[openvino.Node], targets: Iterable[tuple[int, int]]) -> bool:
    """Return whether all targets compute with integers; others would only lose precision."""
    kinds = {*CHANNEL_DIMENSIONS, RESIDUAL}
    return all(nodes[number].get_type_name() in kinds for number, _ in targets)
