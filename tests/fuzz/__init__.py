"""Inputs without end for every reader, every writer and the whole way from files to a site: what is tried, how, and what has to hold.

`targets` is the one table of them. ``make test`` tries the corpus and some made-up inputs on each (`replay`), ``make fuzz`` lets atheris
look for more for as long as it is given (`attack`, started by `tests/fuzzing.py`).
"""
