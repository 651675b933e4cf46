"""How often, and for how long, a judgement is begun: where it is stopped at one shape, another one goes on after that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publish.confined import Limits, Stopped

_HELD_BACK = 3.0
"""The seconds that the first attempt does not get of its time, or half of that: two shapes without end are told within ten seconds."""
_REST = 1 / 4
"""The part of the time that there is for those that go on: enough for shapes that are no trouble."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A judgement from the shape with the number *start* on, of all within *limits*; so many seconds are *left* for it and those after it."""

    limits: Limits
    start: int
    left: float

    @property
    def granted(self) -> Limits:
        """What this attempt may take."""
        return Limits(min(_first(self.limits), self.left), self.limits.memory)

    def told(self, stop: Stopped) -> Mapping[str, object]:
        """Return what is said where this attempt came to a *stop*: why, at which shape, and what it might have taken."""
        return {"reason": stop.reason, "shape": stop.noted.partition(" ")[2], "seconds": round(self.granted.seconds), "memory": self.limits.memory}

    def after(self, stop: Stopped) -> Attempt | None:
        """Return the next attempt after a *stop*; nothing where it came before the first shape, or where the time is used up."""
        number, left = number_at(stop), self.left - stop.seconds
        return Attempt(self.limits, number + 1, left) if number is not None and left > self.limits.seconds * _REST / 2 else None


def first_attempt(limits: Limits) -> Attempt:
    """Return the first attempt at a judgement within *limits*."""
    return Attempt(limits, 0, _first(limits) + limits.seconds * _REST)


def number_at(stop: Stopped) -> int | None:
    """Return the number of the shape at which there was a *stop*; nothing where it came before the first shape."""
    number = stop.noted.partition(" ")[0]
    return int(number) if number.isdecimal() else None


def _first(limits: Limits) -> float:
    return max(limits.seconds / 2, limits.seconds - _HELD_BACK)
