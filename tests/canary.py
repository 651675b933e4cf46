"""Run a command where nobody can be reached but a server that listens to whoever calls, and tell what was asked of the network.

Run it in a network namespace of its own: ``unshare --net --map-root-user python canary.py TOLD COMMAND...`` writes to the file
TOLD, as JSON, how many packets went over the loopback and how many connections came to the port that hostile inputs name.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

PORT = 18999
"""The port on 127.0.0.1 that the hostile inputs beside the project name."""
_SIOCSIFFLAGS = 0x8914
_UP = 1


def packets() -> int:
    """Return how many packets the loopback of this namespace has carried."""
    (line,) = (line for line in Path("/proc/net/dev").read_text(encoding="ascii").splitlines() if line.strip().startswith("lo:"))
    return int(line.split()[2])


def main() -> None:
    told, *command = sys.argv[1:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP))
    calls: list[str] = []
    with socket.create_server(("127.0.0.1", PORT)) as server:

        def listen() -> None:
            while True:
                connection, address = server.accept()
                calls.append(str(address))
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        before = packets()
        ended = subprocess.run(command, check=False)
        Path(told).write_text(json.dumps({"packets": packets() - before, "calls": len(calls)}), encoding="utf-8")
    sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
