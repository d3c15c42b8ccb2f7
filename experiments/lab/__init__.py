"""How experiments are run, stored and shown.

runner.py     the command line: load, compute or read, show; read this first
contract.py   the parts of an experiment
sources.py    which sources a result depends on
store.py      where results are kept, and when they are used again
claims.py     what is claimed, and the rules by which a claim holds
record.py     claims checked and figures written: the record beside the figures
gallery.py    all records on one page
"""
