"""How fast bynet is beside others: made-up cities of any size, and one command that measures."""
