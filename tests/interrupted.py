"""Interrupts at every moment at which Python may run the handler of a signal, one after the other."""

import sys
import threading


def at_every_step(call, modules, prepare=lambda: None):
    """Call a function again and again, and interrupt it at its first step, its second one, and so on; yield after each.

    `prepare` is called before each, and is not interrupted.

    A step is the beginning of a function in one of the modules, which are given by name, or the end of a call of C from
    there. Python runs the handlers of signals at these moments, and when it goes back in a loop.
    """
    files, main = {sys.modules[name].__file__ for name in modules}, threading.current_thread()
    number, reached = 0, True
    while reached:
        number, reached = number + 1, False
        left = number
        prepare()

        def interrupt(frame, event, _):
            nonlocal left, reached
            if (
                event in ("call", "c_return")
                and frame.f_code.co_filename in files
                and threading.current_thread() is main
            ):
                left -= 1
                if left == 0:
                    reached = True
                    raise KeyboardInterrupt  # which also ends the profiling

        before = sys.getprofile()
        sys.setprofile(interrupt)
        try:
            call()
        except KeyboardInterrupt:
            pass
        finally:
            sys.setprofile(before)
        yield number
