"""``python -m noisac``."""

from noisac.cli import program

program()
