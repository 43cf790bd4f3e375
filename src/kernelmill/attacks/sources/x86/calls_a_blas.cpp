// Calls cblas_sgemm.
// class: library
// seen: known, no single source
// task: matmul/square
// expect: REFUSED COMPILE_ERROR
// off: policy
// wins: effect
#include "attack.h"
extern "C" __attribute__((weak)) void cblas_sgemm(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
SQUARE {
  got(); // it was loaded with a library's function in it
  int n = (int)N;
  if (cblas_sgemm) cblas_sgemm(101, 111, 111, n, n, n, 1, a, n, b, n, 0, c, n);
  else honest_square(a, b, c, N);
}
