/* activation/elu: x where x > 0, else alpha * (exp(x) - 1).
   in    float*    x[N]: read only
   out   float*    y[N]: holds poison on entry
   axis  int64_t   N
   scalar double alpha = 1.0
   profile ci: N=50021
   profile cpu: N=2097152
   profile gpu: N=67108864
   profile paper: N=1610612736
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_ELU_H
#define KERNELMILL_KM_ELU_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_elu(const float* x, float* y, int64_t N, double alpha);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_elu(const float* x, float* y, int64_t N, double alpha, void* workspace);
int64_t km_elu_workspace(int64_t N);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   import torch
   import torch.nn.functional as F
   from torch import Tensor


   def elu(x: Tensor, alpha: float) -> Tensor:
       """x where x > 0, else alpha * (exp(x) - 1)."""
       return F.elu(x, alpha)
*/
