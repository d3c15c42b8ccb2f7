"""Is a result ever lost or wrong when runs are killed, or files are damaged?

stores.py     what is damaged: the chunks of `replicate`, and the results of an experiment
damages.py    ways to damage files, and what a run makes of them
killings.py   runs that are killed at random moments and started again

`python -m tests.damage` does both at random places, a few hundred times, and prints two tables.
"""
