"""One target under atheris, in a process of its own: bytes that are changed wherever that reaches code which was not reached before.

Run as ``python -m fuzz.attack TARGET GROWN [OPTION...]``: what reaches anything new is added to the folder GROWN; the options are
libFuzzer's. The process ends with an error at the first input that fails, and leaves it where ``-artifact_prefix`` says.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["publish"]):
    from fuzz.targets import target_of

    TARGET = target_of(sys.argv[1])


def main() -> None:
    """Attack the target that the command line names."""
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGET.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
