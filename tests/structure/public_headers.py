"""What libslackaudit's public headers are and declare.

A header is public when its prose says so; src/slackaudit/CMakeLists.txt installs by the same rule, and
tests/library/staged.py compares the two."""

import pathlib
import re

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
SAYING = "Public header of libslackaudit"

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
FUNCTION = re.compile(r"^SLACKAUDIT_API\b[^;]*?\b(\w+)\s*\([^;]*;", re.MULTILINE)


def is_public(text: str) -> bool:
    """The saying may be broken over two lines of the comment."""
    return SAYING in re.sub(r"[\s*]+", " ", text)


def public_headers() -> list[pathlib.Path]:
    return sorted(path for path in (SOURCES / "slackaudit").glob("*.h")
                  if is_public(path.read_text(encoding="utf-8")))


def without_comments(text: str) -> str:
    """The text with blanks in the place of comments: every other byte stays where it was."""
    return COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def declared_functions() -> set[str]:
    """The names of all functions of the API."""
    return {name for path in public_headers()
            for name in FUNCTION.findall(without_comments(path.read_text(encoding="utf-8")))}
