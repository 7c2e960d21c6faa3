"""Keep honest readings of the example prompts for `matcher demo`.

usage: python examples/keep_replies.py ask FOLDER      write each prompt to FOLDER/NAME.txt
       python examples/keep_replies.py keep FOLDER BY  keep FOLDER/NAME.json as the replies, read by BY

Between the two somebody reads each prompt, alone and in full, and writes the reply that the prompt asks for, as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

from matcher.config import Settings
from matcher.pipeline import demo

AS_OF = date(2026, 11, 1)
TARGET = Path(__file__).resolve().parent / "replies.json"


def main(arguments: list[str]) -> None:
    """Ask or keep."""
    with tempfile.TemporaryDirectory() as work:
        settings = Settings(workspace=Path(work) / "w")
        asked = list(demo.questions(settings, AS_OF))
    folder = Path(arguments[1])
    if arguments[0] == "ask":
        folder.mkdir(parents=True, exist_ok=True)
        for name, request in asked:
            (folder / f"{name}.txt").write_text(f"{request.system}\n\n{request.user}\n", "utf-8")
        print(f"{len(asked)} prompts in {folder}")
        return
    kept = {
        "about": "Readings of the example prompts by hand, one candidate at a time, kept so that the demonstration "
        "needs no model. Made with examples/keep_replies.py.",
        "read_by": arguments[2],
        "as_of": AS_OF.isoformat(),
        "replies": [
            {
                "file": name,
                "key": request.key(demo.NAME),
                "reply": json.dumps(json.loads((folder / f"{name}.json").read_text("utf-8")), ensure_ascii=False),
            }
            for name, request in asked
        ],
    }
    TARGET.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{len(asked)} replies kept in {TARGET.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
