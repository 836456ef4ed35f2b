"""``python -m noisac_book.audit``: make the sweep that the audit's chapter reads."""

from __future__ import annotations

import argparse
import sys

from threadpoolctl import threadpool_limits

from noisac_book.audit.stored import STORED, run_sweep


def main(arguments: list[str] | None = None) -> int:
    """Run the stages that the file lacks; an interrupted run keeps what it has, and the next goes on."""
    parser = argparse.ArgumentParser(prog="python -m noisac_book.audit", description=main.__doc__)
    parser.add_argument("--out", default=str(STORED), help="file to write, or to go on with (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        with threadpool_limits(limits=1):
            run_sweep(options.out, report=lambda text: print(text, flush=True))
    except KeyboardInterrupt:
        print(f"interrupted; {options.out} has what was made, and the same command goes on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
