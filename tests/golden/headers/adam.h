/* optimizer/adam: Adam's step number `step`: both moments, then the parameters with bias correction.
   in    float*    grad[N]: read only
   inout float*    param[N]: read, then overwritten
   inout float*    m[N]: read, then overwritten
   inout float*    v[N]: read, then overwritten
   axis  int64_t   N
   scalar double lr = 0.001
   scalar double beta1 = 0.9
   scalar double beta2 = 0.999
   scalar double eps = 1e-08
   scalar int64_t step = 10
   profile ci: N=50021
   profile cpu: N=1048576
   profile gpu: N=67108864
   profile paper: N=1073741824
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_ADAM_H
#define KERNELMILL_KM_ADAM_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_adam(
    const float* grad,
    float* param,
    float* m,
    float* v,
    int64_t N,
    double lr,
    double beta1,
    double beta2,
    double eps,
    int64_t step
);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_adam(
    const float* grad,
    float* param,
    float* m,
    float* v,
    int64_t N,
    double lr,
    double beta1,
    double beta2,
    double eps,
    int64_t step,
    void* workspace
);
int64_t km_adam_workspace(int64_t N);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   import torch
   import torch.nn.functional as F
   from torch import Tensor


   def adam(
       grad: Tensor, param: Tensor, m: Tensor, v: Tensor, *, lr: float, beta1: float, beta2: float, eps: float, step: int
   ) -> tuple[Tensor, Tensor, Tensor]:
       """Adam's step number `step`: both moments, then the parameters with bias correction."""
       m = beta1 * m + (1 - beta1) * grad
       v = beta2 * v + (1 - beta2) * grad * grad
       m_hat = m / (1 - beta1**step)
       v_hat = v / (1 - beta2**step)
       return param - lr * m_hat / (v_hat.sqrt() + eps), m, v
*/
