"""What reading and writing Word files share: opening one safely, and its paragraphs in order."""
from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

MAX_BYTES = 256 * 1024 * 1024
"""Unpacked size at most, pictures included: a small archive can unpack to any size."""
MAX_XML = 24 * 1024 * 1024
"""Of that, text and styles: a thousand pages have about a tenth of it."""


def opened(data: bytes) -> Any:
    """The python-docx document. Raises ValueError for an archive that unpacks to too much."""
    import docx

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for what, most, names in (("", MAX_BYTES, ("",)), (" of text", MAX_XML, (".xml", ".rels"))):
            if sum(item.file_size for item in archive.infolist() if item.filename.casefold().endswith(names)) > most:
                raise ValueError(f"it unpacks to more than {most >> 20} MB{what}")
    return docx.Document(io.BytesIO(data))


def paragraphs(document: Any) -> Iterator[Paragraph]:
    """The paragraphs of the body in order, those of table cells where the table stands. A merged cell comes once."""
    from docx.table import Table

    for item in document.iter_inner_content():
        if isinstance(item, Table):
            seen = set()
            for row in item.rows:
                for cell in row.cells:
                    if cell._tc not in seen:
                        seen.add(cell._tc)
                        yield from cell.paragraphs
        else:
            yield item
