"""A lock on an open file that one process has at a time; it ends with the process, however that ends."""

import os
import sys

if sys.platform == "win32":
    import msvcrt

    _FAR_BEHIND_THE_END = 1 << 40  # where it hinders nobody from reading

    def lock_file(descriptor: int) -> None:
        """Lock a file.

        Raises:
            BlockingIOError: Another process has locked it.
        """
        os.lseek(descriptor, _FAR_BEHIND_THE_END, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from error

else:
    import fcntl

    def lock_file(descriptor: int) -> None:
        """Lock a file.

        Raises:
            BlockingIOError: It is locked already.
        """
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
