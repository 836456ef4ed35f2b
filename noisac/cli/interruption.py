"""What SIGINT and SIGTERM do to a command: they raise one exception, once, that is not lost on its way."""

from __future__ import annotations

import _thread
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

#: Seconds until the exception is raised anew if it came where none gets out, as in a destructor.
_AGAIN = 0.05


class Interruption(KeyboardInterrupt):
    """SIGINT or SIGTERM came."""


@contextlib.contextmanager
def interruptible(came: list[int], *, restore: bool = True) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM in the block raise `Interruption`, and no other disturb what it ends.

    Its number is appended to ``came``; what other threads raise from then on is its consequence, and not printed.
    After the block signals do what they did before or, unless that is to be restored, nothing. What the process
    was started to ignore stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    raised: list[int] = []
    hook, thread_hook = sys.unraisablehook, threading.excepthook

    def interrupt(number: int, _: FrameType | None) -> None:
        if not raised:
            raised.append(number)
            came.append(number)
            raise Interruption

    def retry(unraisable: sys.UnraisableHookArgs) -> None:
        if not issubclass(unraisable.exc_type, Interruption):
            hook(unraisable)
            return
        again = threading.Timer(_AGAIN, _thread.interrupt_main, raised[:1])
        raised.clear()
        again.daemon = True
        again.start()

    def report(arguments: threading.ExceptHookArgs) -> None:
        if not came:
            thread_hook(arguments)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    ours = [number for number, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    sys.unraisablehook, threading.excepthook = retry, report
    try:
        for number in ours:
            signal.signal(number, interrupt)
        yield
    finally:
        raised.append(0)
        for number in ours:
            signal.signal(number, before[number] if restore else signal.SIG_IGN)
        if restore:
            sys.unraisablehook, threading.excepthook = hook, thread_hook
