"""What a cluster refuses: rules and shapes that look at more than any part of it has, all of them at once."""

from __future__ import annotations

from collections.abc import Sequence

from publish.errors import Mistake
from publish.texts import text


class Unbounded(Mistake):
    """Rules and shapes of unbounded reach, each a mistake of its own: *several* of them, one at least."""

    def __init__(self, several: Sequence[Mistake]) -> None:
        super().__init__("spark-unbounded", count=len(several))
        self._several = several

    def told(self, language: str) -> tuple[str, ...]:
        """Return a line for each of them."""
        return tuple(text(language, f"mistake.{one.name}", **one.values) for one in self._several)
