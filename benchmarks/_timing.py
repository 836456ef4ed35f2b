"""Processor time and peak memory of calls, for the scripts beside it."""

import math
import statistics
import time
import tracemalloc


def medians(functions, repeats, shortest=0.05):
    """Median processor time of a call of each function, timed in turns so that a busy spell hits all alike.

    Calls shorter than ``shortest`` seconds are timed in groups. The first call, to warm up, does not count.
    """
    groups = {}
    for name, function in functions.items():
        start = time.process_time()
        function()
        groups[name] = max(1, math.ceil(shortest / max(time.process_time() - start, 1e-6)))
    times = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            start = time.process_time()
            for _ in range(groups[name]):
                function()
            times[name].append((time.process_time() - start) / groups[name])
    return {name: statistics.median(values) for name, values in times.items()}


def peak_memory(function):
    """Most bytes that a call holds at a time, beyond what is there before it; NumPy's arrays are counted."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        function()
        return max(0, tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
