"""What does each public function answer to arguments that it cannot use?

It works, or it refuses in one sentence (`InputError`, `InputTypeError`). Anything else is a fault.

calls.py        what a call is, and the working calls of each package
calls_NAME.py   one working call for each public function of `jaxnn.NAME`
public.py       the public functions of a package, so that none is forgotten
values.py       what takes the place of an argument
outcomes.py     what happened: returned, refused, or a fault
workers.py      many calls in a process of their own, with limits on time and memory

`python -m tests.hostile [NAME ...]` makes every call and prints a table.
"""
