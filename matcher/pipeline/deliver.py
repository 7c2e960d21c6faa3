"""A shortlist → files for people and machines, each written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from matcher import report
from matcher.errors import InputError
from matcher.models import BlindView, Document, Shortlist, StoredRun
from matcher.pipeline.crops import crops
from matcher.workspace import Workspace

NAMES = ("shortlist.html", "summary.html", "shortlist.xlsx", "shortlist.csv", "shortlist.json")


def deliver(
    workspace: Workspace,
    stored: StoredRun,
    shortlist: Shortlist,
    out: Path,
    *,
    blind: bool = False,
    checkpoint: str | None = None,
) -> dict[str, Path]:
    """Write the hand-over pack into ``out`` and return the paths by file name.

    Raises:
        InputError: the folder cannot be written.
    """
    documents: dict[str, Document] = {
        entry.candidate: workspace.document(entry.candidate) for entry in shortlist.entries if entry.justifications
    }
    views: dict[str, BlindView] = {view.candidate: view for view in stored.views}
    pictures = {} if blind else crops(workspace, shortlist)
    pack = {
        "shortlist.html": report.render_html(
            shortlist, documents, blind=blind, views=views, crops=pictures, checkpoint=checkpoint
        ).encode(),
        "summary.html": report.render_summary(shortlist, documents, blind=blind, views=views).encode(),
        "shortlist.xlsx": report.render_xlsx(shortlist, documents, blind=blind, views=views, checkpoint=checkpoint),
        "shortlist.csv": report.render_csv(shortlist, documents, blind=blind, views=views).encode(),
    }
    if not blind:
        pack["shortlist.json"] = report.render_json(shortlist)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in pack.items():
            write_whole(out / name, content)
    except OSError as error:
        raise InputError(f"The results cannot be written to {out}: {error.strerror}. Name another --out.") from error
    return {name: out / name for name in pack}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file through a temporary one beside it, so that a crash leaves the old file or the new one."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
