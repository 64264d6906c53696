"""Which headers are libslackaudit's public ones: those whose prose says so. src/slackaudit/CMakeLists.txt
installs by the same rule; tests/library/installed.py compares the two."""

import pathlib
import re

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
SAYING = "Public header of libslackaudit"


def is_public(text: str) -> bool:
    """The saying may be broken over two lines of the comment."""
    return SAYING in re.sub(r"[\s*]+", " ", text)


def public_headers() -> list[pathlib.Path]:
    return sorted(path for path in (SOURCES / "slackaudit").glob("*.h")
                  if is_public(path.read_text(encoding="utf-8")))
