// Features: bitonic sort over shared memory
#include "check.h"

__global__ void sort(float* x) {
    __shared__ float s[256];
    int t = threadIdx.x;
    s[t] = x[blockIdx.x * 256 + t];
    __syncthreads();
    for (int k = 2; k <= 256; k *= 2)
        for (int j = k / 2; j > 0; j /= 2) {
            int o = t ^ j;
            if (o > t) {
                bool up = (t & k) == 0;
                if ((s[t] > s[o]) == up) { float v = s[t]; s[t] = s[o]; s[o] = v; }
            }
            __syncthreads();
        }
    x[blockIdx.x * 256 + t] = s[t];
}
int main() {
    auto a = floats(768);
    Device<float> x(a);
    sort<<<3, 256>>>(x);
    for (int b = 0; b < 3; b++) std::sort(a.begin() + b * 256, a.begin() + (b + 1) * 256);
    EXPECT(x.host() == a);
    return done();
}
