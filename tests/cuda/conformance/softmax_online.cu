// Features: online softmax in one pass, pairs (max, sum) over shuffles
#include "check.h"

struct Pair { float m, d; };
__device__ Pair join(Pair a, Pair b) {
    Pair big = a.m > b.m ? a : b, small = a.m > b.m ? b : a;
    return {big.m, big.d + small.d * __expf(small.m - big.m)};
}
__global__ void softmax(const float* x, float* y, int n) {
    const float* row = x + blockIdx.x * n;
    Pair p = {-1e30f, 0};
    for (int i = threadIdx.x; i < n; i += 32) p = join(p, Pair{row[i], 1});
    for (int o = 16; o; o /= 2) p = join(p, Pair{__shfl_xor_sync(~0u, p.m, o), __shfl_xor_sync(~0u, p.d, o)});
    for (int i = threadIdx.x; i < n; i += 32) y[blockIdx.x * n + i] = __expf(row[i] - p.m) / p.d;
}
int main() {
    int rows = 4, n = 100;
    auto a = floats(rows * n, -3, 3);
    Device<float> x(a), y(rows * n);
    softmax<<<rows, 32>>>(x, y, n);
    auto r = y.host();
    for (int b = 0; b < rows; b++) {
        double s = 0;
        for (int i = 0; i < n; i++) s += exp(double(a[b * n + i]));
        for (int i = 0; i < n; i++) EXPECT(near(r[b * n + i], exp(double(a[b * n + i])) / s, 1e-5));
    }
    return done();
}
