"""Several processes behind one port, forked when what they have in common is there.

So an atlas is read once, and its pages of memory are one for all processes. Which of them answers
a request the system decides; a page comes of one and its websocket may come to another, which has
the same page then.
"""

from __future__ import annotations

import os
import sys

from tornado.ioloop import IOLoop

__all__ = ["Lifeline", "count_of_processes"]


class Lifeline:
    """What ends the processes of a server with the one that has started them, however that ends.

    It is made before they are forked: a pipe that the first process alone holds open, and on which
    nothing is ever written. The system closes it with that process, even if that is killed.
    """

    def __init__(self) -> None:
        self._reads, self._writes = os.pipe()

    def follow(self, loop: IOLoop) -> None:
        """Stop a loop when the first process is gone; for each of the others to call.

        Parameters
        ----------
        loop : tornado.ioloop.IOLoop
            What the process runs.
        """
        os.close(self._writes)
        loop.add_handler(self._reads, lambda *_: loop.stop(), IOLoop.READ)


def count_of_processes(num_procs: int) -> int:
    """Say how many processes a server has.

    Parameters
    ----------
    num_procs : int
        As the user gave it; 0 is one for each core.

    Returns
    -------
    int
        1 or more.

    Raises
    ------
    ValueError
        If there cannot be so many.
    """
    if num_procs < 0:
        raise ValueError(f"a server has 1 process or more, or 0 for one a core; got {num_procs}")
    found = num_procs or os.cpu_count() or 1
    if found > 1 and sys.platform == "win32":
        raise ValueError(
            f"a server has one process on Windows, which cannot fork; got {num_procs}: start"
            " several servers at different ports behind a proxy"
        )
    return found
