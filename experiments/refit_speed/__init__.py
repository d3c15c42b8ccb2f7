"""How long do a hundred refits take, here and with other tools, and where is the limit?

    share of the peak = 6 x weights x rows x steps x refits / seconds / (float32 matrix product)

All contenders, each in a process of its own, take turns within a round on the same machine, so
that its drifts hit all alike; ratios are medians over rounds.  Compile time is apart: the cold
total is what a user waits for the first result in a fresh process, after the imports.

Whether a target for two cores is reached is said beside it, on two cores; it is not asserted, since
it is a fact about a machine and the versions of other tools.  That all tools reach the same losses,
and that cost grows in proportion, is asserted.
"""

TITLE = "The speed of many small fits"
