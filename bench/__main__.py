"""`python -m bench [name …]`: run the named benchmarks, or all of them, and print their tables."""

import argparse
import importlib
import sys

from bench.machine import describe

NAMES = (
    "cold",
    "append",
    "endpoints",
    "ledger",
    "push",
    "otlp",
    "stream",
    "analytics",
    "replay",
    "policy",
    "search",
    "exports",
    "load",
    "costs",
)


def main() -> int:
    """Run what the command line names; 2 for a name that is not one."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)}; all when none is given")
    given = parser.parse_args().names
    unknown = [name for name in given if name not in NAMES]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]}; there are {', '.join(NAMES)}")
    print(describe(), flush=True)
    for name in given or NAMES:
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
