"""Manifest partitions: a few hundred files → one atomic Parquet part; the unit of work of every engine.

Invariants:

- A part is named by the hash of its partition, written under a temporary name and renamed: it is there whole, or not.
- Work on a partition depends on its files alone, so that it may be done on any machine, again, or by any scheduler.
- A file that crashes its parser costs one disposable child and becomes a row; it is never tried without end.
- Vectors stand in a part exactly as the embedder made them, so that an index of parts equals an index of files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from index import Embedder
from matcher import duplicates, read, structure
from matcher.canonical import canonical_json, content_id
from matcher.config import Settings
from matcher.errors import ConfigError, InputError
from matcher.models import Document, Resume, candidate_id
from matcher.pipeline import intake
from matcher.read import Reading

FILES = 500
_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Partition:
    """Some files of a manifest, with what the work on them depends on."""

    number: int
    files: tuple[str, ...]
    sizes: tuple[int, ...]
    embedding: str
    as_of: date

    @property
    def name(self) -> str:
        """Name of the part that this partition becomes: the same files, sizes and settings give the same name."""
        seen = [_SCHEMA_VERSION, self.files, self.sizes, self.embedding, self.as_of.isoformat()]
        return content_id("part", canonical_json(seen), digits=24).replace(":", "-") + ".parquet"


@dataclass(frozen=True)
class Row:
    """One file of a part: its reading, and for a résumé its structure and the vectors of its passages."""

    reading: Reading
    resume: Resume | None
    text_hash: str | None
    passages: tuple[str, ...]
    vectors: np.ndarray


def plan(source: str, embedding: str, as_of: date, files: int = FILES) -> list[Partition]:
    """Return the partitions of everything under a folder or an S3-like address, in a stable order.

    Raises:
        InputError: nothing there. ConfigError: an address whose file system is not known here.
    """
    found = sorted(_listing(source))
    if not found:
        raise InputError(f"There is no file under {source}: name a folder or an address such as s3://bucket/resumes.")
    groups = [found[start : start + files] for start in range(0, len(found), files)]
    return [
        Partition(number, tuple(path for path, _ in group), tuple(size for _, size in group), embedding, as_of)
        for number, group in enumerate(groups)
    ]


def work(partition: Partition, out: str, settings: Settings) -> dict[str, int]:
    """Read, structure and embed the files of a partition into its part; return counts by status.

    A part that is there already is left as it is.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from matcher.pipeline.session import open_embedder

    target = Path(out) / partition.name
    if target.exists():
        return _counts(pq.read_table(target, columns=["status"]).column("status").to_pylist())
    embedder = open_embedder(settings)
    with TemporaryDirectory(prefix="matcher-part-") as folder:
        local = _local(partition.files, Path(folder))
        readings = read.read(list(local), workers=1)
        rows = [_row(_renamed(reading, local), settings, embedder, partition.as_of) for reading in readings]
    table = pa.Table.from_pylist([_as_dict(row) for row in rows], schema=_schema())
    temporary = target.with_name(f".{target.name}.{_unique()}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    temporary.replace(target)
    return _counts([row.reading.status for row in rows])


def load(path: Path) -> Iterator[Row]:
    """Yield the rows of a part, in the order of its files.

    Raises:
        InputError: the file is no part of this version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        for values in table.to_pylist():
            yield _from_dict(values)
    except (pa.ArrowInvalid, KeyError, ValueError) as error:
        raise InputError(f"{path} is not a part that can be used: delete it, and it will be made again.") from error


# --- files -----------------------------------------------------------------------------------------------------------


def _listing(source: str) -> list[tuple[str, int]]:
    if "://" not in source:
        root = Path(source)
        if not root.is_dir():
            raise InputError(f"There is no folder {source}: correct the path.")
        return [(str(path), path.stat().st_size) for path in root.rglob("*") if path.is_file()]
    system, base = _system(source)
    from pyarrow import fs

    selector = fs.FileSelector(base, recursive=True)
    prefix = (
        source.removesuffix(base.lstrip("/")) if source.endswith(base.lstrip("/")) else source.split("://")[0] + "://"
    )
    return [(prefix + info.path.lstrip("/"), info.size) for info in system.get_file_info(selector) if info.is_file]


def _system(address: str) -> tuple[Any, str]:
    try:
        from pyarrow import ArrowInvalid, fs
    except ImportError as error:
        raise ConfigError("Addresses and --engine ray need the extra: pip install 'candidate-matcher[ray]'.") from error
    try:
        system, path = fs.FileSystem.from_uri(address)
    except ArrowInvalid as error:
        raise ConfigError(
            f"The address {address} cannot be used: give s3://…, gs://…, hdfs://… or file://…."
        ) from error
    return system, str(path)


def _local(files: Sequence[str], folder: Path) -> dict[Path, str]:
    """Local paths of the files; those at an address are fetched into ``folder`` first."""
    local: dict[Path, str] = {}
    for number, name in enumerate(files):
        if "://" not in name:
            local[Path(name)] = name
            continue
        system, path = _system(name)
        copy = folder / f"{number:06d}" / Path(path).name
        copy.parent.mkdir()
        with system.open_input_stream(path) as stream:
            copy.write_bytes(stream.read())
        local[copy] = name
    return local


def _renamed(reading: Reading, local: dict[Path, str]) -> Reading:
    """The reading under the name that the manifest knows, members of containers included."""
    head, mark, member = reading.file.partition("!")
    known = local.get(Path(head))
    return reading if known is None else reading.model_copy(update={"file": f"{known}{mark}{member}"})


# --- rows ------------------------------------------------------------------------------------------------------------


def _row(reading: Reading, settings: Settings, embedder: Embedder, as_of: date) -> Row:
    if reading.document is None:
        return Row(reading, None, None, (), np.empty((0, embedder.dimension), np.float32))
    made = structure.structure(reading.document)
    resume = made.model_copy(update={"candidate": candidate_id(reading.sha256 or "")})
    view = intake.masked_view(settings, reading.document, resume, as_of)
    passages = tuple(passage.text for passage in intake.passages(view))
    vectors = embedder.embed(passages, role="document") if passages else np.empty((0, embedder.dimension), np.float32)
    return Row(reading, resume, duplicates.text_hash(reading.document.text), passages, vectors)


def _schema() -> Any:
    import pyarrow as pa

    names = ("file", "status", "reason", "detail", "sha256", "text_hash", "document", "resume", "passages")
    return pa.schema([*((name, pa.string()) for name in names), ("size", pa.int64()), ("vectors", pa.binary())])


def _as_dict(row: Row) -> dict[str, Any]:
    reading = row.reading
    return {
        "file": reading.file,
        "status": reading.status,
        "reason": reading.reason,
        "detail": reading.detail,
        "sha256": reading.sha256,
        "size": reading.size,
        "text_hash": row.text_hash,
        "document": reading.document.model_dump_json() if reading.document else None,
        "resume": row.resume.model_dump_json() if row.resume else None,
        "passages": json.dumps(row.passages),
        "vectors": np.ascontiguousarray(row.vectors, np.float32).tobytes(),
    }


def _from_dict(values: dict[str, Any]) -> Row:
    document = Document.model_validate_json(values["document"]) if values["document"] else None
    reading = Reading(
        document=document, **{k: values[k] for k in ("file", "status", "reason", "detail", "sha256", "size")}
    )
    passages = tuple(json.loads(values["passages"]))
    flat = np.frombuffer(values["vectors"], np.float32)
    vectors = flat.reshape(len(passages), -1) if passages else np.empty((0, 0), np.float32)
    resume = Resume.model_validate_json(values["resume"]) if values["resume"] else None
    return Row(reading, resume, values["text_hash"], passages, vectors)


def _counts(statuses: Sequence[str]) -> dict[str, int]:
    return {status: statuses.count(status) for status in sorted(set(statuses))}


def _unique() -> str:
    import uuid

    return uuid.uuid4().hex
