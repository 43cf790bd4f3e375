// Features: a program's own atomicMax for floats by CAS
#include "check.h"

__device__ static float atomicMax(float* address, float val) {
    int* p = (int*)address;
    int old = *p, assumed;
    do {
        assumed = old;
        old = atomicCAS(p, assumed, __float_as_int(fmaxf(val, __int_as_float(assumed))));
    } while (assumed != old);
    return __int_as_float(old);
}
__global__ void top(const float* x, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) atomicMax(out, x[i]);
}
int main() {
    int n = 700;
    auto a = floats(n);
    Device<float> x(a), o(std::vector<float>{-INFINITY});
    top<<<7, 100>>>(x, o, n);
    float want = -INFINITY;
    for (float v : a) want = fmaxf(want, v);
    EXPECT(o.host()[0] == want);
    return done();
}
