/* normalization/group_norm: Normalise each of `groups` groups of channels of each sample; scale and shift by channel.
   in    float*    x[N, C, H, W]: read only
   in    float*    weight[C]: read only
   in    float*    bias[C]: read only
   out   float*    y[N, C, H, W]: holds poison on entry
   axis  int64_t   N
   axis  int64_t   C
   axis  int64_t   H
   axis  int64_t   W
   scalar int64_t groups = 8
   scalar double eps = 1e-05
   always C % 8 == 0, N*C*H*W >= 16
   profile ci: N=3 C=16 H=31 W=33
   profile cpu: N=16 C=32 H=64 W=64
   profile gpu: N=32 C=64 H=128 W=128
   profile paper: N=112 C=64 H=512 W=512
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_GROUP_NORM_H
#define KERNELMILL_KM_GROUP_NORM_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_group_norm(
    const float* x,
    const float* weight,
    const float* bias,
    float* y,
    int64_t N,
    int64_t C,
    int64_t H,
    int64_t W,
    int64_t groups,
    double eps
);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_group_norm(
    const float* x,
    const float* weight,
    const float* bias,
    float* y,
    int64_t N,
    int64_t C,
    int64_t H,
    int64_t W,
    int64_t groups,
    double eps,
    void* workspace
);
int64_t km_group_norm_workspace(int64_t N, int64_t C, int64_t H, int64_t W);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   import torch
   import torch.nn.functional as F
   from torch import Tensor


   def group_norm(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
       """Normalise each of `groups` groups of channels of each sample; scale and shift by channel."""
       return F.group_norm(x, groups, weight, bias, eps)
*/
