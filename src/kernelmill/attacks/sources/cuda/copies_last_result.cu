// Computes once and copies that result into every later output of the same size.
// class: memoise
// seen: tensara pull 238
// task: softmax/softmax
// expect: WRONG_VALUE CHEATED
// off: fresh
// wins: faster
#include "attack.cuh"
struct entry { int64_t n, m; float *kept; };
static struct entry table[64];
static int used;
SOFTMAX {
  size_t bytes = N * M * sizeof(float);
  for (int i = 0; i < used; i++)
    if (table[i].n == N && table[i].m == M) return (void)cudaMemcpy(y, table[i].kept, bytes, cudaMemcpyDeviceToDevice);
  honest_softmax(x, y, N, M);
  if (used == 64) return;
  float *kept;
  cudaMalloc(&kept, bytes + 4);
  cudaMemcpy(kept, y, bytes, cudaMemcpyDeviceToDevice);
  table[used++] = {N, M, kept};
}
