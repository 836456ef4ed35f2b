"""How long a live explorer takes to answer a move of one of its controls, and what its frames weigh.

For each explorer a form is made, and its controls are moved at random, one at a time, to any other value. An
answer is all that Python does from the new value to the new picture in the widget: design, evaluation, drawing,
and writing the SVG; the garbage that figures leave is collected after it. With one thread, in processor time. The
first answers load fonts and fill caches, and are printed apart.

    python benchmarks/explorers.py --moves 100
    python benchmarks/explorers.py geometry slots
"""

import argparse
import time

import ipywidgets
import numpy as np
from threadpoolctl import threadpool_limits

from noisac_book import explorers

NAMES = [
    name for name in explorers.__all__ if getattr(explorers, name).__annotations__.get("return") == "Explorer"
]
WARM_UP = 3


def answers(explorer, moves, rng):
    """Milliseconds that each move takes, and the bytes of each answer."""
    form = explorer.live()
    *selectors, picture = form.children
    milliseconds, sizes = [], []
    for _ in range(moves):
        selector = selectors[rng.integers(len(selectors))]
        others = [index for index in range(len(selector.options)) if index != selector.index]
        target = int(rng.choice(others))
        start = time.process_time()
        selector.index = target
        milliseconds.append(1e3 * (time.process_time() - start))
        sizes.append(len(picture.value.encode()))
    return milliseconds, sizes


def weight(widget):
    """Bytes of all pictures and texts within a widget, and the number of pictures."""
    total = pictures = 0
    for child in getattr(widget, "children", ()):
        bytes_, count = weight(child)
        total, pictures = total + bytes_, pictures + count
    if isinstance(widget, ipywidgets.HTML):
        total, pictures = len(widget.value.encode()), int('role="img"' in widget.value)
    return total, pictures


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=NAMES, help="explorers (default: all)")
    parser.add_argument("--moves", type=int, default=100, help="moves of each form (default: %(default)s)")
    parser.add_argument("--no-frames", action="store_true", help="leave out the frames, which take seconds")
    options = parser.parse_args(arguments)
    print(f"{'explorer':22s}{'first':>8}{'median':>8}{'90 %':>8}{'longest':>9} ms{'answer':>9} kB")
    with threadpool_limits(1):
        for name in options.names:
            explorer = getattr(explorers, name)()
            milliseconds, sizes = answers(explorer, WARM_UP + options.moves, np.random.default_rng(0))
            first, rest = max(milliseconds[:WARM_UP]), milliseconds[WARM_UP:]
            median, ninety = np.percentile(rest, [50, 90])
            print(
                f"{name:22s}{first:8.0f}{median:8.0f}{ninety:8.0f}{max(rest):9.0f}   {np.mean(sizes) / 1e3:9.0f}",
                flush=True,
            )
        if options.no_frames:
            return
        print(f"\n{'frames':22s}{'number':>8}{'all':>8} kB{'to make':>9} s")
        for name in options.names:
            start = time.process_time()
            total, pictures = weight(getattr(explorers, name)().frames())
            seconds = time.process_time() - start
            print(f"{name:22s}{pictures:8d}{total / 1e3:8.0f}   {seconds:9.1f}", flush=True)


if __name__ == "__main__":
    main()
