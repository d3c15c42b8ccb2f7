"""How experiments are run, stored and shown.

runner.py          the command line: load, compute or read, show; read this first
options.py         what can be asked for
one_experiment.py  what comes of one experiment
side_by_side.py    several experiments at a time
contract.py        the parts of an experiment
computing.py       the arrays of a run: stored, or computed now
repetition.py      whether the claims hold at other seeds
sources.py         which sources a result depends on
store.py           where results are kept, and when they are used again
claims.py          what a claim is, and the rules by which it holds
outcomes.py        how many claims hold, in words
record.py          checks the claims, writes the figures, and records both beside the figures
animation.py       figures that move
reading.py         how records are read back, and numbers worded
overview.py        the strongest findings, and the map of the lecture
companion.py       a page per experiment, and their index
gallery.py         the index for readers on a code host
lecture.py         the topics of the lecture
progress.py        how long a run still takes
"""
