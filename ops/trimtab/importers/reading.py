"""From the bytes of a file to rows of text with their line numbers."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trimtab.importers.faults import UnusableFileError

DELIMITERS = (",", ";", "\t", "|")
CHUNK = 1 << 20
_UNDEFINED_IN_1252 = b"\x81\x8d\x8f\x90\x9d"
LARGEST_CELL = 1 << 20  # characters
PREAMBLE = 40  # rows among which the headings are looked for

ENCODINGS = {
    "utf-8": "utf-8-sig", "utf8": "utf-8-sig", "utf-8-sig": "utf-8-sig", "utf-16": "utf-16",
    "latin-1": "latin-1", "latin1": "latin-1", "iso-8859-1": "latin-1",
    "windows-1252": "cp1252", "cp1252": "cp1252",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One row of a file: the line on which it begins (from 1), its cells, and why they could not be told apart."""

    line: int
    cells: list[str]
    fault: str | None = None

    @property
    def is_blank(self) -> bool:
        return self.fault is None and not any(cell.strip() for cell in self.cells)


class Source:
    """A file that can be read from the beginning more than once.

    Args:
        path: the file.
        encoding: one of `ENCODINGS`; recognised when it is not given: a byte order mark, or else UTF-8 when the whole
            file is valid UTF-8, or else Windows-1252, of which Latin-1's letters are a part.
    Raises:
        UnusableFileError: no such file, an empty one, none of the encodings.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        digest = hashlib.sha256()
        self.size = 0
        utf8 = codecs.getincrementaldecoder("utf-8")()
        valid = True
        undefined = False
        head = b""
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    head = head or chunk
                    digest.update(chunk)
                    self.size += len(chunk)
                    undefined = undefined or any(byte in chunk for byte in _UNDEFINED_IN_1252)
                    if valid:
                        try:
                            utf8.decode(chunk)
                        except UnicodeDecodeError:
                            valid = False
            if valid:
                try:
                    utf8.decode(b"", final=True)
                except UnicodeDecodeError:
                    valid = False
        except OSError as error:
            raise UnusableFileError(f"{path}: {error.strerror or error}") from error
        if not self.size:
            raise UnusableFileError(f"{path} is empty")
        self.sha256 = digest.hexdigest()
        if encoding is not None:
            if encoding.lower() not in ENCODINGS:
                raise UnusableFileError(f"unknown encoding {encoding!r}", f"known are {', '.join(sorted(ENCODINGS))}")
            self.encoding = ENCODINGS[encoding.lower()]
        elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self.encoding = "utf-16"
        elif valid:
            self.encoding = "utf-8-sig"
        else:
            self.encoding = "latin-1" if undefined else "cp1252"
        if b"\0" in head and self.encoding != "utf-16":
            raise UnusableFileError(f"{path} is no text: it contains zero bytes", "export it as CSV")
        if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"%PDF")):
            raise UnusableFileError(f"{path} is no text file", "export it as CSV, unpacked")

    def rows(self, delimiter: str, told: Callable[[int], None] | None = None) -> Iterator[Row]:
        """All rows, blank ones too.

        Args:
            delimiter: what separates cells.
            told: called now and then with the number of bytes read so far.
        Raises:
            UnusableFileError: a quote that is opened and never closed, bytes outside the encoding.
        """
        csv.field_size_limit(LARGEST_CELL)
        with self.path.open("rb") as raw:
            lines = io.TextIOWrapper(raw, encoding=self.encoding, newline="", errors="strict")
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            line = 1
            try:
                while True:
                    try:
                        cells = next(reader)
                    except csv.Error as error:
                        if "unexpected end" in str(error) or "field limit" in str(error):
                            raise UnusableFileError(
                                f"{self.path}, line {line}: a quote is opened in this row and never closed"
                            ) from error
                        yield Row(line, [], f"a quote stands where none may ({error})")
                    else:
                        yield Row(line, cells)
                    if told and not line % 1000:
                        told(raw.tell())
                    line = reader.line_num + 1
            except StopIteration:
                pass
            except UnicodeDecodeError as error:
                raise UnusableFileError(
                    f"{self.path}, near line {line}: the bytes are not {self.encoding}",
                    "name the right one: --encoding latin-1, for one",
                ) from error
            if told:
                told(self.size)

    def head(self, delimiter: str, count: int = PREAMBLE) -> list[Row]:
        """The first rows, as far as they can be read by this delimiter."""
        found: list[Row] = []
        try:
            for row in self.rows(delimiter):
                found.append(row)
                if len(found) == count:
                    break
        except UnusableFileError:
            if not found:
                raise
        return found
