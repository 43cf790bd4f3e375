// Features: each thread keeps a sorted array of its best, merged through shared memory
#include "check.h"

template <int K> __global__ void top(const float* x, float* y, int n) {
    float best[K];
    __shared__ float s[16 * K];
    for (int k = 0; k < K; k++) best[k] = -INFINITY;
    for (int i = threadIdx.x; i < n; i += 16) {
        float v = x[i];
#pragma unroll
        for (int k = 0; k < K; k++)
            if (v > best[k]) { float t = best[k]; best[k] = v; v = t; }
    }
    for (int k = 0; k < K; k++) s[threadIdx.x * K + k] = best[k];
    __syncthreads();
    if (threadIdx.x == 0)
        for (int k = 0; k < K; k++) {
            int at = 0;
            for (int i = 1; i < 16 * K; i++)
                if (s[i] > s[at]) at = i;
            y[k] = s[at], s[at] = -INFINITY;
        }
}
int main() {
    auto a = floats(300);
    Device<float> x(a), y(5);
    top<5><<<1, 16>>>(x, y, 300);
    std::sort(a.begin(), a.end(), std::greater<float>());
    auto r = y.host();
    for (int k = 0; k < 5; k++) EXPECT(r[k] == a[k]);
    return done();
}
