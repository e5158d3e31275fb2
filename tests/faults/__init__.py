"""The grid of faults: every kind of output, with everything that disks, users and other processes can do to it.

Every cell is a process that runs the command line. `server` starts them by forking, because importing all libraries
takes seconds, and checks the folder of a cell in its own name space, in which it may mount a small disk.
"""
