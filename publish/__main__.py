"""``python -m publish`` is ``bynet``."""

from publish.cli import main

main()
