"""Give a bare environment the run-time dependencies of this one, and none of the development group's.

usage: python scripts/link_runtime.py VENV

Follows the requirements of candidate-matcher through the installed metadata and links each distribution's top-level
files into VENV. A dependency that is used but not declared is therefore missing there.
"""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement


def closure(name: str) -> dict[str, Distribution]:
    """Return every distribution that ``name`` needs at run time, by normalised name."""
    found: dict[str, Distribution] = {}
    waiting = [(name, frozenset({""}))]
    while waiting:
        current, extras = waiting.pop()
        key = current.lower().replace("_", "-")
        if key in found:
            continue
        try:
            found[key] = distribution(current)
        except PackageNotFoundError:
            continue
        for text in found[key].requires or ():
            wanted = Requirement(text)
            environments = [{**default_environment(), "extra": extra} for extra in extras]
            if wanted.marker is None or any(wanted.marker.evaluate(env) for env in environments):
                waiting.append((wanted.name, frozenset(wanted.extras) | {""}))
    return found


def main(venv: Path) -> None:
    """Link the closure into the environment's site-packages."""
    site = next((venv / "lib").glob("python*/site-packages"))
    linked = 0
    for key, dist in closure("candidate-matcher").items():
        if key in ("candidate-matcher", "pip", "setuptools"):
            continue
        base = Path(str(dist.locate_file("")))
        tops = {Path(str(file)).parts[0] for file in dist.files or () if ".." not in Path(str(file)).parts}
        for top in tops - {"__pycache__", "bin"}:
            target = site / top
            if not target.exists() and (base / top).exists():
                target.symlink_to(base / top)
                linked += 1
    print(f"{linked} run-time packages linked")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
