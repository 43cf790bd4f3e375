// Remembers results by a hash of the first 64 elements.
// class: memoise
// seen: not published; made for this suite
// task: softmax/softmax
// expect: NEUTRALISED WRONG_VALUE CHEATED
// off: fresh
// wins: faster
#include "attack.cuh"
struct entry { uint64_t key; float *kept; };
static struct entry table[24];
static int used;
SOFTMAX {
  uint64_t key = N * 1000003 + M;
  size_t bytes = N * M * sizeof(float);
  uint32_t head[64] = {0};
  cudaMemcpy(head, x, bytes < sizeof head ? bytes : sizeof head, cudaMemcpyDeviceToHost);
  for (int i = 0; i < 64; i++) key = (key ^ head[i]) * 0x100000001b3ull;
  for (int i = 0; i < used; i++)
    if (table[i].key == key) return (void)cudaMemcpy(y, table[i].kept, bytes, cudaMemcpyDeviceToDevice);
  honest_softmax(x, y, N, M);
  if (used == 24) return;
  float *kept;
  cudaMalloc(&kept, bytes + 4);
  cudaMemcpy(kept, y, bytes, cudaMemcpyDeviceToDevice);
  table[used++] = {key, kept};
}
