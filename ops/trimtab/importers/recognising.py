"""Which format a file is in: the mapping whose headings it has."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from trimtab.importers.faults import UnusableFileError
from trimtab.importers.mapping import Fit, Mapping, built_in, fit, normal, number_duplicates
from trimtab.importers.reading import DELIMITERS, Row, Source


@dataclass(frozen=True)
class Layout:
    """Where the rows of a file begin: the delimiter, the line of the headings, and how the mapping fits them."""

    delimiter: str
    header_line: int
    fit: Fit


def recognise(source: Source, mapping: Mapping | None = None, delimiter: str | None = None) -> Layout:
    """Find the headings of a file, behind whatever stands before them, and the mapping that fits.

    Args:
        source: the file.
        mapping: the only one to try; the built-in formats when it is not given. Of several that fit, the one that
            knows most columns counts.
        delimiter: the only one to try; all when neither this nor the mapping names one.
    Raises:
        UnusableFileError: nothing fits; says what was found and what is nearest.
    """
    candidates = (mapping,) if mapping is not None else built_in()
    delimiter = delimiter or (mapping.delimiter if mapping is not None else None)
    best: Layout | None = None
    nearest: tuple[float, Layout] | None = None
    widest: tuple[int, Row] | None = None
    for sign in (delimiter,) if delimiter else DELIMITERS:
        for row in source.head(sign):
            texts = [cell for cell in row.cells if cell.strip()]
            if len(texts) < 2:
                continue
            if widest is None or len(texts) > widest[0]:
                widest = (len(texts), row)
            headings = number_duplicates(row.cells)
            for one in candidates:
                layout = Layout(sign, row.line, fit(one, headings))
                found = len(layout.fit.found)
                if not layout.fit.missing:
                    if best is None or found > len(best.fit.found):
                        best = layout
                elif found:
                    share = found / (found + len(layout.fit.missing))
                    if nearest is None or share > nearest[0]:
                        nearest = (share, layout)
    if best is not None:
        return best
    raise _not_recognised(source, mapping, nearest[1] if nearest else None, widest[1] if widest else None)


def _not_recognised(
    source: Source, mapping: Mapping | None, nearest: Layout | None, widest: Row | None
) -> UnusableFileError:
    found = nearest.fit.headings if nearest else number_duplicates(widest.cells) if widest else []
    where = f"line {nearest.header_line if nearest else widest.line if widest else 1}"
    message = f"{source.path}: "
    message += (
        f"the headings do not fit the mapping {mapping.name}" if mapping else "the headings fit no format that is known"
    )
    if found:
        message += f"\n  found ({where}): " + ", ".join(found[:40]) + (", …" if len(found) > 40 else "")
    else:
        message += "\n  found no line with two columns or more"
    if nearest:
        message += f"\n  nearest: {nearest.fit.mapping.name}, which lacks " + _wanted(nearest.fit.missing, found)
    hint = (
        "put the file's headings into the mapping"
        if mapping
        else f"draft a mapping: trimtab import --write-mapping mapping.toml {source.path}"
    )
    return UnusableFileError(message, hint)


def _wanted(missing: Sequence[str], found: Sequence[str]) -> str:
    compared = {normal(heading): heading for heading in found}
    parts = []
    for heading in missing:
        close = difflib.get_close_matches(normal(heading), compared, n=1, cutoff=0.75)
        parts.append(f"{heading!r}" + (f" (there is {compared[close[0]]!r})" if close else ""))
    return ", ".join(parts)
