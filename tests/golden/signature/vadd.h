/* broadcast/vadd: Adds two vectors.
   in    float*    x[N]: read only
   in    float*    y[N]: read only
   out   float*    z[N]: holds poison on entry
   axis  int64_t   N
   profile ci: N=1000
   profile cpu: N=1048576
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_VADD_H
#define KERNELMILL_KM_VADD_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_vadd(const float* x, const float* y, float* z, int64_t N);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_vadd(const float* x, const float* y, float* z, int64_t N, void* workspace);
int64_t km_vadd_workspace(int64_t N);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   def vadd(x, y):
       return x + y
*/
