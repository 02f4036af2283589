"""Parsers of files made elsewhere, run in a process of their own within limits; they import nothing of the product.

A hostile workbook of 1.4 KB makes a parser ask for 512 GB and abort: only this process dies of it. The protocol on the
standard output is one line of JSON (what the file holds, or why it is not read); then, when a line of the standard
input names a part, its rows as CSV.
"""
