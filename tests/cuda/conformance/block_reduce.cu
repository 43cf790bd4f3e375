// Features: static shared memory, __syncthreads in a loop
#include "check.h"

__global__ void sum(const float* in, float* out, int n) {
    __shared__ float s[128];
    int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    s[t] = i < n ? in[i] : 0;
    __syncthreads();
    for (int k = blockDim.x / 2; k > 0; k >>= 1) {
        if (t < k) s[t] += s[t + k];
        __syncthreads();
    }
    if (t == 0) out[blockIdx.x] = s[0];
}
int main() {
    int n = 1000, g = (n + 127) / 128;
    auto a = floats(n);
    Device<float> x(a), o(g);
    sum<<<g, 128>>>(x, o, n);
    double want = 0, got = 0;
    for (float v : a) want += v;
    for (float v : o.host()) got += v;
    EXPECT(near(got, want));
    return done();
}
