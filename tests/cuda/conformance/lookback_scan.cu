// Features: single-pass scan with decoupled look-back: flags in global memory, spinning on volatile
#include "check.h"

__device__ unsigned ticket;
struct Flagged { int state, value; };
__global__ void scan(const int* in, int* out, volatile int* state, volatile int* sums, volatile int* prefixes, int n) {
    __shared__ int s[64];
    __shared__ int block, before;
    int t = threadIdx.x;
    if (t == 0) block = atomicAdd(&ticket, 1u);
    __syncthreads();
    int i = block * 64 + t;
    s[t] = i < n ? in[i] : 0;
    __syncthreads();
    for (int d = 1; d < 64; d *= 2) {
        int v = t >= d ? s[t - d] : 0;
        __syncthreads();
        s[t] += v;
        __syncthreads();
    }
    if (t == 0) {
        sums[block] = s[63];
        __threadfence();
        state[block] = 1;
        int sum = 0;
        for (int b = block - 1; b >= 0;) {
            int f;
            while ((f = state[b]) == 0) {}
            __threadfence();
            if (f == 2) { sum += prefixes[b]; break; }
            sum += sums[b];
            b--;
        }
        before = sum;
        prefixes[block] = sum + s[63];
        __threadfence();
        state[block] = 2;
    }
    __syncthreads();
    if (i < n) out[i] = before + s[t];
}
int main() {
    int n = 1500, g = (n + 63) / 64;
    auto a = ints(n, 10);
    Device<int> x(a), o(n), st(g), su(g), pr(g);
    scan<<<g, 64>>>(x, o, st, su, pr, n);
    auto r = o.host();
    for (int i = 0, s = 0; i < n; i++) EXPECT(r[i] == (s += a[i]));
    return done();
}
