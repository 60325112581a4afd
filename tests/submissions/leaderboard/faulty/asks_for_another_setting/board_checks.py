"""What a board accepts: each function gives its argument back or raises ValueError."""

import math


def name(value):
    if value == "":
        raise ValueError("names have at least one character")
    return value


def seconds(value):
    if value is not None and (value != int(value) or value < 1):
        raise ValueError("a time-to-live is a whole number of seconds, 1 or more")
    return value


def finite(value):
    if math.isinf(value) or math.isnan(value):
        raise ValueError("scores and points are finite")
    return value


def at_least(least, value):
    if value < least:
        raise ValueError(f"{value} is below {least}")
    return value
