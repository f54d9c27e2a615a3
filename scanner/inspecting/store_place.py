"""Where the facts of a scan are: in its folder, or in a database that the folder names. Opens nothing."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from scanner.inspecting.folder import DATABASE, STORE


def note_database(folder: Path, url: str) -> None:
    """Leave the database's URL in the folder, without its password: the driver's own ways give that later."""
    shown = make_url(url).set(password=None).render_as_string(hide_password=True)
    (folder / DATABASE).write_text(shown + "\n", encoding="utf-8")


def place_of_store(folder: Path) -> Path | str | None:
    """The file or URL that holds the facts of the scan in this folder; None where there is no such scan."""
    if (folder / STORE).is_file():
        return folder / STORE
    try:
        written = (folder / DATABASE).read_text(encoding="utf-8").strip()
        make_url(written)
    except (OSError, ValueError, ArgumentError):
        return None
    return written
