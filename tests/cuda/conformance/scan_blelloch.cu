// Features: work-efficient scan in dynamic shared memory
#include "check.h"

__global__ void scan(const int* in, int* out, int n) {
    extern __shared__ int temp[];
    int t = threadIdx.x, offset = 1;
    temp[2 * t] = in[2 * t];
    temp[2 * t + 1] = in[2 * t + 1];
    for (int d = n >> 1; d > 0; d >>= 1) {
        __syncthreads();
        if (t < d) temp[offset * (2 * t + 2) - 1] += temp[offset * (2 * t + 1) - 1];
        offset *= 2;
    }
    if (t == 0) temp[n - 1] = 0;
    for (int d = 1; d < n; d *= 2) {
        offset >>= 1;
        __syncthreads();
        if (t < d) {
            int ai = offset * (2 * t + 1) - 1, bi = offset * (2 * t + 2) - 1, v = temp[ai];
            temp[ai] = temp[bi];
            temp[bi] += v;
        }
    }
    __syncthreads();
    out[2 * t] = temp[2 * t];
    out[2 * t + 1] = temp[2 * t + 1];
}
int main() {
    int n = 256;
    auto a = ints(n, 50);
    Device<int> x(a), o(n);
    scan<<<1, n / 2, n * sizeof(int)>>>(x, o, n);
    auto r = o.host();
    for (int i = 0, s = 0; i < n; s += a[i++]) EXPECT(r[i] == s);
    return done();
}
