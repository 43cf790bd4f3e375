/* loss/cross_entropy: Mean over rows of log(sum(exp(x))) - x[target].
   in    float*    x[N, C]: read only
   in    int64_t*  target[N]: read only
   out   float*    loss[]: holds poison on entry
   axis  int64_t   N
   axis  int64_t   C
   profile ci: N=61 C=1021
   profile cpu: N=4096 C=1024
   profile gpu: N=32768 C=4096
   profile paper: N=32768 C=4096
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_CROSS_ENTROPY_H
#define KERNELMILL_KM_CROSS_ENTROPY_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_cross_entropy(const float* x, const int64_t* target, float* loss, int64_t N, int64_t C);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_cross_entropy(const float* x, const int64_t* target, float* loss, int64_t N, int64_t C, void* workspace);
int64_t km_cross_entropy_workspace(int64_t N, int64_t C);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   import torch
   import torch.nn.functional as F
   from torch import Tensor


   def cross_entropy(x: Tensor, target: Tensor) -> Tensor:
       """Mean over rows of log(sum(exp(x))) - x[target]."""
       return F.cross_entropy(x, target)
*/
