"""The files of an input: number `i` of a kind is always the same, whatever was read before it."""

import random as python_random

from .layers import mutated


def files_of(seed, number):
    """Return name -> bytes of an input, for the files that differ from the seed's; None: the file is missing."""
    if number < 0:  # the seed itself
        return {}
    random = python_random.Random(f"{seed.kind} {number}")
    names = list(seed.files)
    # Headers are small, so each file is as likely as any other, whatever its size.
    name = random.choice(names)
    if len(names) > 1 and random.random() < 0.04:
        return {name: random.choice([None, b"", seed.files[random.choice(names)]])}
    changed = {name: mutated(seed.files[name], random)}
    if len(names) > 1 and random.random() < 0.1:
        other = random.choice(names)
        changed[other] = mutated(seed.files[other], random)
    return changed
