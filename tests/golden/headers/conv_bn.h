/* file/conv_bn: relu(batch_norm(conv(x))), with the statistics of the batch itself.
   in    float*    x[batch_size, 32, 56, 56]: read only
   in    float*    conv_weight[64, 32, 3, 3]: read only
   in    float*    norm_weight[64]: read only
   in    float*    norm_bias[64]: read only
   out   float*    out[batch_size, 64, 56, 56]: holds poison on entry
   axis  int64_t   batch_size
   profile ci: batch_size=1
   profile cpu: batch_size=8
   profile gpu: batch_size=8
   profile paper: batch_size=8
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_CONV_BN_H
#define KERNELMILL_KM_CONV_BN_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_conv_bn(
    const float* x,
    const float* conv_weight,
    const float* norm_weight,
    const float* norm_bias,
    float* out,
    int64_t batch_size
);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_conv_bn(
    const float* x,
    const float* conv_weight,
    const float* norm_weight,
    const float* norm_bias,
    float* out,
    int64_t batch_size,
    void* workspace
);
int64_t km_conv_bn_workspace(int64_t batch_size);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   """A convolution, normalised over the batch and cut off at zero."""

   import torch
   import torch.nn as nn

   batch_size = 8
   in_channels = 32
   out_channels = 64
   size = 56


   class Model(nn.Module):
       """relu(batch_norm(conv(x))), with the statistics of the batch itself."""

       def __init__(self, in_channels, out_channels):
           super().__init__()
           self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, padding=1, bias=False)
           self.norm = nn.BatchNorm2d(out_channels)

       def forward(self, x):
           return torch.relu(self.norm(self.conv(x)))


   def get_inputs():
       return [torch.randn(batch_size, in_channels, size, size)]


   def get_init_inputs():
       return [in_channels, out_channels]
*/
