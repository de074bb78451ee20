"""Temperatures that calibrate each network's probabilities.

Networks trained with label smoothing are underconfident. Dividing their logits by the temperature
corrects that (temperature scaling, Guo et al. 2017, On Calibration of Modern Neural Networks).
`python -m bench.networks.calibration` measures it.
"""

TEMPERATURES = {"tf_efficientnet_lite0": 0.75}
