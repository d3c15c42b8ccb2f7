"""How long do a hundred refits take, here and with other tools, and what is the limit?

    share of the peak = 6 x weights x rows x steps x refits / seconds / (float32 matrix product)

All contenders, each in its own process, take turns in every round on the same machine, so that
drifts of the machine affect all of them alike; ratios are medians over rounds. Compile time is
counted separately: the cold total is how long a user waits for the first result in a fresh process,
after the imports.

The speed is also measured over a range of widths, numbers of rows and sizes of batches. Dropout and
batch normalisation are timed against the same job without them, and against PyTorch. A fitted
network is inspected in the same way, here and by `sklearn.inspection`.

Targets for two cores were set beforehand. On two cores, a target that is reached holds, and one
that is missed is shown as refused: it depends on the machine and the versions of other tools, so it
does not fail the run. Two claims are asserted: tools that do the same work reach the same losses,
and cost is linear.
"""

TITLE = "The speed of many small fits"
MEASURES_MACHINE = True
