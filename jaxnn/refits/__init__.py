"""What do many refits say about each predictor, and about rows they have not seen?

black_boxes.py  what is asked of the refits of any model
network.py      all refits as one black box: read this first
out_of_bag.py   predictions and losses on rows that a refit has not seen
effects.py      curves of one predictor
"""

from jaxnn.refits.black_boxes import RefittedModel, row_blocks
from jaxnn.refits.effects import Effect, effect
from jaxnn.refits.network import RefittedNetwork, refitted_network
from jaxnn.refits.out_of_bag import OutOfBag, out_of_bag

__all__ = [
    "Effect",
    "OutOfBag",
    "RefittedModel",
    "RefittedNetwork",
    "effect",
    "out_of_bag",
    "refitted_network",
    "row_blocks",
]
