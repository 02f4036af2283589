"""How passwords are kept: argon2id, 19 MiB, two passes, one lane."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at the strength that OWASP's sheet on the storage of passwords names first."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
