"""Publish more than fits in memory: sorted lines on disk, in blocks that are checked and written one by one, on all processors.

The files are the same, to the byte, whether a data set is published in memory or so (`publish.site`), but for what `--resources` leaves out.
"""
