"""Which batches learn fastest, by passes through the rows and by the clock?

    one pass = rows / b steps,    seconds of a pass = rows / b times the seconds of a step

Small batches make many steps per pass, but a step costs more per row. The first is the same on
every machine, the second is not.
"""

TITLE = "Batches of one row, of some, or of all: which learn fastest?"
MEASURES_MACHINE = True
