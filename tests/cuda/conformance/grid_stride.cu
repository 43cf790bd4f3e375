// Features: grid-stride loop, gridDim
#include "check.h"

__global__ void scale(float* x, float a, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) x[i] *= a;
}
int main() {
    int n = 5000;
    auto a = floats(n);
    Device<float> x(a);
    scale<<<3, 96>>>(x, 2.5f, n);
    auto r = x.host();
    for (int i = 0; i < n; i++) EXPECT(r[i] == a[i] * 2.5f);
    return done();
}
