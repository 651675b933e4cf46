"""What bynet is measured beside, each a program of its own that a fresh process runs: it reads files, and writes files."""
