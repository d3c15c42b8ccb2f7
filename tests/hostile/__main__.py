"""What do the public functions answer to thousands of hostile calls? A table, and the faults.

python -m tests.hostile                      all packages
python -m tests.hostile training.fit         one package, or one function
python -m tests.hostile training --sample 9  only every ninth call
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter

from tests.hostile.calls import packages
from tests.hostile.outcomes import cases
from tests.hostile.workers import outcomes_of

os.environ.setdefault("JAX_PLATFORMS", "cpu")
# Programs run once: they are compiled without optimisations.
os.environ["XLA_FLAGS"] = " ".join(
    (
        os.environ.get("XLA_FLAGS", ""),
        "--xla_backend_optimization_level=0",
        "--xla_cpu_use_fusion_emitters=false",
    )
)


def main() -> int:
    """Make the calls; the exit status is 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("names", nargs="*", help="packages, or functions such as training.fit")
    parser.add_argument("--sample", type=int, default=1, help="make one call in N")
    parser.add_argument("--quiet", action="store_true", help="print the table alone")
    options = parser.parse_args()
    rows = []
    for name in options.names or packages():
        package, _, function = name.partition(".")
        wanted = [case for case in cases(package) if function in ("", case.function)]
        counts: Counter[str] = Counter()
        faults: dict[tuple[str, ...], list[str]] = {}
        for case, outcome in outcomes_of(wanted[:: options.sample]):
            counts[outcome.kind] += 1
            if outcome.kind == "fault":
                # The same fault by many values is shown once.
                kind = (str(case._replace(value="...")), outcome.text.split(":")[0])
                faults.setdefault(kind, []).append(f"{case.value}: {outcome.text}")
        for (call, _), found in faults.items() if not options.quiet else ():
            print(f"{len(found):4} {call}, such as {found[0]}")
        rows.append((name, counts.total(), *map(counts.get, ("returned", "refused", "fault"))))
    print(f"\n{'package':<24}{'calls':>8}{'returned':>10}{'refused':>9}{'faults':>8}")
    for name, *numbers in rows:
        widths = (8, 10, 9, 8)
        print(
            f"{name:<24}" + "".join(f"{n or 0:>{w}}" for n, w in zip(numbers, widths, strict=True))
        )
    return int(any(row[-1] for row in rows))


if __name__ == "__main__":
    sys.exit(main())
