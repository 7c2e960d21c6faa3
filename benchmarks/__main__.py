"""Run the benchmarks one after the other. usage: python -m benchmarks [NAME...]"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

OWN = {"__init__", "__main__", "pool"}


def main(names: list[str]) -> None:
    """Run those that are named, or all."""
    here = Path(__file__).parent
    found = sorted(path.stem for path in here.glob("*.py") if path.stem not in OWN)
    for name in names or found:
        print(f"\n== {name}")
        importlib.import_module(f"benchmarks.{name}").main([])


if __name__ == "__main__":
    main(sys.argv[1:])
