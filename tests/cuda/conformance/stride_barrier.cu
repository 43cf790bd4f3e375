// Features: strided loops before and after barriers, bounds that part the threads
#include "check.h"

__global__ void normalize(float* x, int n) {
    __shared__ float s[64];
    float* row = x + blockIdx.x * n;
    float v = 0;
    for (int i = threadIdx.x; i < n; i += 64) v += row[i];
    s[threadIdx.x] = v;
    __syncthreads();
    for (int k = 32; k; k /= 2) {
        if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k];
        __syncthreads();
    }
    float mean = s[0] / n;
    for (int i = threadIdx.x; i < n; i += 64) row[i] -= mean;
}
int main() {
    for (int n : {1, 63, 64, 65, 200}) {
        auto a = floats(3 * n);
        Device<float> x(a);
        normalize<<<3, 64>>>(x, n);
        auto r = x.host();
        for (int b = 0; b < 3; b++) {
            double s = 0;
            for (int i = 0; i < n; i++) s += a[b * n + i];
            for (int i = 0; i < n; i++) EXPECT(near(r[b * n + i], a[b * n + i] - s / n));
        }
    }
    return done();
}
