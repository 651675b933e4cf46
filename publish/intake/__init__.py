"""The gate for input: what comes from anybody is read here, in a child process, before anything else sees it.

A file is held against one rule after the other: its characters, its nesting, what its syntax hides (`jsontext`, `xmltext`),
the strict parser, and what a publisher's data may name (`policy`). What breaks one is told with its line.
"""
