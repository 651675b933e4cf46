"""The one table of targets: which module has them, so that a process imports no more than it tries."""

from __future__ import annotations

from importlib import import_module

from fuzz.target import Target

GROUPS = ("readers", "proving", "asking", "serving", "answers", "showing", "shapes", "writing", "both", "projects")


def targets_of(group: str) -> tuple[Target, ...]:
    """Return the targets of one module."""
    targets: tuple[Target, ...] = import_module(f"fuzz.{group}").TARGETS
    return targets


def all_targets() -> dict[str, Target]:
    """Return every target by its name."""
    return {target.name: target for group in GROUPS for target in targets_of(group)}


def target_of(name: str) -> Target:
    """Return the target of that *name*."""
    return all_targets()[name]
