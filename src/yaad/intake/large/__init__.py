"""Files that are too large to be held at once: understood by a sample of their rows, loaded bin by bin.

All rows of one thing – of one id – lie in one bin, so a bin is read like a file by itself, and all of them together say
what the file says. Whether the whole file agrees with what its sample showed is held for every row when it is loaded.
"""
