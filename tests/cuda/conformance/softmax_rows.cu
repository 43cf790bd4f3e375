// Features: row softmax: warp reductions, block reductions, expf
#include "check.h"

__global__ void softmax(const float* x, float* y, int n) {
    __shared__ float part[4];
    const float* row = x + blockIdx.x * n;
    float top = -INFINITY, sum = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) top = fmaxf(top, row[i]);
    for (int d = 16; d; d >>= 1) top = fmaxf(top, __shfl_xor_sync(~0u, top, d));
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = top;
    __syncthreads();
    top = fmaxf(fmaxf(part[0], part[1]), fmaxf(part[2], part[3]));
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += blockDim.x) sum += __expf(row[i] - top);
    for (int d = 16; d; d >>= 1) sum += __shfl_xor_sync(~0u, sum, d);
    if (threadIdx.x % 32 == 0) part[threadIdx.x / 32] = sum;
    __syncthreads();
    sum = part[0] + part[1] + part[2] + part[3];
    for (int i = threadIdx.x; i < n; i += blockDim.x) y[blockIdx.x * n + i] = __expf(row[i] - top) / sum;
}
int main() {
    int rows = 5, n = 301;
    auto a = floats(rows * n, -4, 4);
    Device<float> x(a), y(rows * n);
    softmax<<<rows, 128>>>(x, y, n);
    auto r = y.host();
    for (int b = 0; b < rows; b++) {
        double s = 0;
        for (int i = 0; i < n; i++) s += exp(double(a[b * n + i]));
        for (int i = 0; i < n; i++) EXPECT(near(r[b * n + i], exp(double(a[b * n + i])) / s, 1e-5));
    }
    return done();
}
