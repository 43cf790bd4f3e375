"""The C printer, in pieces; `kernelmill.mill.print_c` is the door."""
