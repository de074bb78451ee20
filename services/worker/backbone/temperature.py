"""How much less sure than they are networks make themselves look.

Networks trained with label smoothing doubt themselves. Dividing their logits by this makes their
probabilities mean what they say (temperature scaling, Guo et al. 2017, On Calibration of Modern
Neural Networks). `python -m bench.calibration` measures it.
"""

TEMPERATURES = {"tf_efficientnet_lite0": 0.75}
