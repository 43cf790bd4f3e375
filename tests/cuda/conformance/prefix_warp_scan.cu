// Features: inclusive scan by shuffles, block scan of warp totals, three kernels for a large array
#include "check.h"

__global__ void local(const int* x, int* y, int* total, int n) {
    __shared__ int s[8];
    int i = blockIdx.x * 256 + threadIdx.x, l = threadIdx.x & 31, w = threadIdx.x >> 5, v = i < n ? x[i] : 0;
    for (int d = 1; d < 32; d *= 2) {
        int u = __shfl_up_sync(~0u, v, d);
        if (l >= d) v += u;
    }
    if (l == 31) s[w] = v;
    __syncthreads();
    if (w == 0) {
        int t = l < 8 ? s[l] : 0;
        for (int d = 1; d < 8; d *= 2) {
            int u = __shfl_up_sync(~0u, t, d);
            if (l >= d) t += u;
        }
        if (l < 8) s[l] = t;
    }
    __syncthreads();
    if (w) v += s[w - 1];
    if (i < n) y[i] = v;
    if (threadIdx.x == 255) total[blockIdx.x] = v;
}
__global__ void add(int* y, const int* total, int n) {
    int i = blockIdx.x * 256 + threadIdx.x, s = 0;
    for (int b = 0; b < blockIdx.x; b++) s += total[b];
    if (i < n) y[i] += s;
}
int main() {
    int n = 1100, g = (n + 255) / 256;
    auto a = ints(n, 9);
    Device<int> x(a), y(n), t(g);
    local<<<g, 256>>>(x, y, t, n);
    add<<<g, 256>>>(y, t, n);
    auto r = y.host();
    for (int i = 0, s = 0; i < n; i++) EXPECT(r[i] == (s += a[i]));
    return done();
}
