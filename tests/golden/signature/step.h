/* file/my-step.v2
   in    float*    x[N, x]: read only
   in    float*    fc_weight[x]: read only
   in    int64_t*  in_[]: read only
   inout float*    p[N*x]: read, then overwritten
   out   double*   loss[]: holds poison on entry
   axis  int64_t   N
   axis  int64_t   x_
   scalar double lr = 0.1
   scalar int64_t steps = 3
   scalar uint8_t nesterov = True
   always x % 5 == 0
   profile ci: N=3 x=5
   Dense, row-major. Base addresses are aligned to 64 bytes, rows are not. Nothing aliases, no pointer is null.
   The entry is reentrant and keeps nothing between calls. */
#ifndef KERNELMILL_KM_MY_STEP_V2_H
#define KERNELMILL_KM_MY_STEP_V2_H
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#ifndef KM_WORKSPACE
void km_my_step_v2(
    const float* x,
    const float* fc_weight,
    const int64_t* in_,
    float* p,
    double* loss,
    int64_t N,
    int64_t x_,
    double lr,
    int64_t steps,
    uint8_t nesterov
);
#else /* Define KM_WORKSPACE to get scratch memory: the second function says how many bytes a call needs. */
void km_my_step_v2(
    const float* x,
    const float* fc_weight,
    const int64_t* in_,
    float* p,
    double* loss,
    int64_t N,
    int64_t x_,
    double lr,
    int64_t steps,
    uint8_t nesterov,
    void* workspace
);
int64_t km_my_step_v2_workspace(int64_t N, int64_t x_);
#endif

#ifdef __cplusplus
}
#endif
#endif

/* Reference:
   def step(x): ... # ends * / early
*/
