"""A pool of fictional résumés of any size, from hand-written lines, with a seed: the same seed gives the same files.

Each résumé takes the lines of one occupation of ``training/data`` under two to four positions with dates. The people do
not exist; the lines were written by hand for training the reader.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "training" / "data"
_NAMES = """
Ada Boris Chidi Dana Elif Femi Greta Hana Igor Jun Kofi Lena Mila Nils Olga Pia Quinn Rosa Sven Tara
Abara Berg Costa Dahl Ekman Farkas Greco Holm Ito Jansen Kaya Lund Moreau Novak Okoye Petrov Rossi Silva
Lisbon Graz Leeds Turku Bergen Utrecht Ghent Porto Lyon Kiel Malmo Cork Gdansk Zadar Bilbao
"""
_FIRST, _LAST, _PLACES = (line.split() for line in _NAMES.strip().splitlines())


def occupations() -> list[list[dict[str, str]]]:
    """Return the lines of each occupation."""
    files = sorted(DATA.glob("*.jsonl"))
    return [[json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()] for path in files]


def resume(number: int, seed: int, jobs: list[list[dict[str, str]]]) -> str:
    """Return one résumé as text."""
    dice = random.Random(f"{seed}-{number}")
    rows = dice.choice(jobs)
    good = [row for row in rows if row["label"] != "none"] or rows
    name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
    out = [name, f"{dice.choice(_PLACES)} | {name.replace(' ', '.').lower()}{number}@example.com", "", "EXPERIENCE", ""]
    year = 2026
    for place in range(dice.randint(2, 4)):
        length = dice.randint(1, 6)
        title = dice.choice(rows)["context"].split("·")[0].strip() or "Specialist"
        end = "present" if place == 0 else str(year)
        out.append(f"{title}, {dice.choice(_LAST)} & {dice.choice(_LAST)}, {year - length} - {end}")
        out += [f"- {row['line']}" for row in dice.sample(good, min(len(good), dice.randint(3, 7)))]
        out.append("")
        year -= length
    out += ["EDUCATION", f"Bachelor's degree, {dice.choice(_PLACES)} University, {year}", ""]
    return "\n".join(out)


def write(folder: Path, count: int, seed: int = 1) -> None:
    """Write ``count`` résumés as text files into ``folder``, in subfolders of a thousand."""
    jobs = occupations()
    for number in range(count):
        place = folder / f"{number // 1000:03d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"r{number:06d}.txt").write_text(resume(number, seed, jobs), "utf-8")
