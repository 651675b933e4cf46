"""What is wrong with a workflow of GitHub Actions: it runs what nobody looked at, may do more than it needs, or lets an event speak to a shell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

_PIN = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$", re.ASCII)
_USES = re.compile(r"^\s*(?:- )?uses: (?!\./)(\S+)(.*)$", re.MULTILINE)
_VERSION = re.compile(r" # v[0-9]+\.[0-9]+\.[0-9]+")
_WRITING = {
    "actions/attest": {"attestations", "id-token"},
    "actions/deploy-pages": {"id-token", "pages"},
    "gh": {"contents"},
    "pypa/gh-action-pypi-publish": {"id-token"},
}
"""What may write to what: an action by its name, a command of a step by its first word."""


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the workflow *text*."""
    workflow = yaml.safe_load(text)
    events = workflow[True]  # YAML 1.1 takes "on" for true
    yield from (f"on: {event}" for event in ("pull_request_target", "workflow_run", "issue_comment") if event in events)
    yield from (f"uses: {action}{rest}" for action, rest in _USES.findall(text) if not _PIN.fullmatch(action) or not _VERSION.fullmatch(rest))
    if text.count("uses:") != len([*_actions(workflow)]):
        yield "uses: stands where it is not read"
    if "secrets" in text:
        yield "secrets: a secret"
    if workflow.get("permissions") != {}:
        yield "permissions: not none for a job that names none"
    for name, job in workflow["jobs"].items():
        yield from (f"{name}: {fault}" for fault in _job(job))


def _job(job: Mapping[str, Any]) -> Iterator[str]:
    permissions = job.get("permissions")
    if not isinstance(permissions, dict):
        yield "permissions: not given one by one"
        return
    steps = job.get("steps", [])
    writing = {name for name, level in permissions.items() if level != "read"}
    if unused := writing - {name for step in steps for name in _WRITING.get(_does(step), ())}:
        yield f"permissions: {', '.join(sorted(unused))} for nothing"
    if writing and any(_does(step) == "actions/checkout" for step in steps):
        yield "permissions: more than to read, where the project's own code runs"
    if any(_does(step) == "pypa/gh-action-pypi-publish" for step in steps) and "environment" not in job:
        yield "environment: none, where a release is published"
    for step in steps:
        if "${{" in step.get("run", ""):
            yield f"run: {step['run']}"
        if _does(step) == "actions/checkout" and (step.get("with") or {}).get("persist-credentials") is not False:
            yield "persist-credentials: not false"


def _does(step: Mapping[str, Any]) -> str:
    """The action of a step, or the first word of its command."""
    return str(step["uses"]).partition("@")[0] if "uses" in step else str(step.get("run", "")).split(maxsplit=1)[0]


def _actions(workflow: Mapping[str, Any]) -> Iterator[str]:
    for job in workflow["jobs"].values():
        yield from (one["uses"] for one in (job, *job.get("steps", ())) if "uses" in one)
