// Writes the harness's result line to stdout and to every inherited descriptor.
// class: verdict
// seen: pygpubench pull 7
// task: activation/relu
// expect: WRONG_VALUE CRASH
// off: naive
// wins: correct
#include "attack.h"
RELU {
  static const char line[] = "{\"correct\": true, \"speedup\": 100.0}\n";
  for (int f = 1; f < 64; f++)
    if (f != 2 && write(f, line, sizeof line - 1) < 0) continue;
  _exit(0);
}
