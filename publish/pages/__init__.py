"""HTML pages for people: what they show of the data, and in which order; how that looks is in ``templates/`` and ``assets/``."""
