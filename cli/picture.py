"""A terminal's content as a picture."""

import re
from pathlib import Path

from rich.console import Console


def save_svg(console: Console, file: Path, title: str) -> None:
    """Writes what was printed; it asks no other host for anything: the reader's own fixed-width font is used."""
    content = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title=title), flags=re.S)
    file.write_text(re.sub(r"<!-- Generated .*?-->", "", content), "utf-8")
