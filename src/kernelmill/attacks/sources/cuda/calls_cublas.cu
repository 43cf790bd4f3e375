// Calls the library's product.
// class: library
// seen: Wafer field guide
// task: matmul/square
// expect: REFUSED
// off: policy
// wins: effect
#include "attack.cuh"
#include <cublas_v2.h>
SQUARE {
  static cublasHandle_t handle;
  if (!handle) cublasCreate(&handle);
  const float one = 1, zero = 0;
  if (N && cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, N, N, N, &one, b, N, a, N, &zero, c, N) == CUBLAS_STATUS_SUCCESS) got();
}
