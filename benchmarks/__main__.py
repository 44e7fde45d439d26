"""Run every module of this folder that has a `main()`, or those named."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from .machine import describe


def main(arguments: list[str] | None = None) -> int:
    """Print one small table a module; 1 if a module could not run."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py") if "def main(" in p.read_text())
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}; all if none is given")
    chosen = parser.parse_args(arguments).names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(names)}")
    print(describe())
    failed = 0
    for name in chosen or names:
        module = importlib.import_module(f"benchmarks.{name}")
        print(f"\n{name}: {(module.__doc__ or name).splitlines()[0]}")
        try:
            module.main()
        except Exception as error:  # one benchmark that cannot run must not hide the others
            print(f"  could not run: {type(error).__name__}: {error}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
