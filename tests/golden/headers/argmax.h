/* reduction/argmax: Place of the largest element of every row.
   in    float*    x[N, M]: read only
   out   int64_t*  y[N]: holds poison on entry
   axis  int64_t   N
   axis  int64_t   M
   profile ci: N=61 M=1021
   profile cpu: N=4096 M=1024
   profile gpu: N=16384 M=4096
   profile paper: N=128 M=16769025
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_ARGMAX_H
#define KERNELMILL_KM_ARGMAX_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_argmax(const float* x, int64_t* y, int64_t N, int64_t M);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_argmax(const float* x, int64_t* y, int64_t N, int64_t M, void* workspace);
int64_t km_argmax_workspace(int64_t N, int64_t M);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   import torch
   import torch.nn.functional as F
   from torch import Tensor


   def argmax(x: Tensor) -> Tensor:
       """Place of the largest element of every row."""
       return torch.argmax(x, dim=-1)
*/
