"""The shapes of all answers, by which programs are generated; a test holds real answers to them.

The rooms below say their results as plain objects (`Result.to_dict`), for every face alike. What a program may lean on
is this: which members there are, of what kind each is, and which may be null.
"""
