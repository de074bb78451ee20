"""Turn a graph of OpenVINO into one that computes with 8-bit integers."""

import hashlib

import numpy as np
import openvino
from openvino import opset13 as opset

from services.worker.backbone.precision.ranges import Ranges

ACTIVATION_LEVELS = 256
MAX_WEIGHT = 127
# Processors without VNNI add two products at a time in 16 bits. Activations reach 255, so two
# neighbours among the weights may add up to 128 once they are rounded. More would overflow: the
# median cosine to the float32 embedding falls from 0.99 to 0.97. The limit costs 0.001.
MAX_NEIGHBOURS = 127
# Number of leading dimensions of the weights that name an output channel.
CHANNEL_DIMENSIONS = {"Convolution": 1, "GroupConvolution": 2}
WEIGHTS = 1


def operations(graph: openvino.Model) -> list[openvino.Node]:
    """Return the operations in the order of computation, without constants."""
    return [node for node in graph.get_ordered_ops() if node.get_type_name() != "Constant"]


def graph_digest(graph: openvino.Model) -> str:
    """Return a digest of the operations' types, which tells whether ranges fit the graph."""
    types = " ".join(node.get_type_name() for node in operations(graph))
    return hashlib.sha256(types.encode()).hexdigest()


def quantise(graph: openvino.Model, ranges: Ranges, *, for_vnni: bool) -> None:
    """Change a graph so that OpenVINO computes with 8-bit integers wherever the ranges say so.

    for_vnni: use all eight bits of weights, which only processors with VNNI add without overflow.
    """
    nodes = operations(graph)
    for point in ranges.points:
        low, high = opset.constant(point.low), opset.constant(point.high)
        source = nodes[point.source].output(0)
        integers = opset.fake_quantize(source, low, high, low, high, ACTIVATION_LEVELS)
        for number, place in point.targets:
            nodes[number].input(place).replace_source_output(integers.output(0))
            if nodes[number].get_type_name() in CHANNEL_DIMENSIONS:
                _quantise_weights(nodes[number], for_vnni)
    graph.validate_nodes_and_infer_types()


def _quantise_weights(convolution: openvino.Node, for_vnni: bool) -> None:
    """Replace weights by integers and a scale for each output channel."""
    place = convolution.input(WEIGHTS)
    weights = place.get_source_output().get_node().get_data()
    dimensions = CHANNEL_DIMENSIONS[convolution.get_type_name()]
    within = tuple(range(dimensions, weights.ndim))
    scale = np.abs(weights).max(axis=within, keepdims=True) / MAX_WEIGHT
    inputs = weights.shape[dimensions]
    if inputs > 1 and not for_vnni:
        pairs = weights[:, 0 : inputs - 1 : 2] + weights[:, 1:inputs:2]
        sums = np.abs(pairs).max(axis=within, keepdims=True)
        scale = np.maximum(scale, sums / MAX_NEIGHBOURS)
    # A channel whose weights are all zero.
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    integers = opset.constant(np.rint(weights / scale).astype(np.int8))
    scaled = opset.multiply(opset.convert(integers, np.float32), opset.constant(scale))
    place.replace_source_output(scaled.output(0))
