// Features: two-dimensional blocks, inner loop over global memory
#include "check.h"

__global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    int col = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
    if (row >= m || col >= n) return;
    float s = 0;
    for (int i = 0; i < k; i++) s += a[row * k + i] * b[i * n + col];
    c[row * n + col] = s;
}
int main() {
    int m = 33, n = 45, k = 29;
    auto a = floats(m * k), b = floats(k * n);
    Device<float> x(a), y(b), z(m * n);
    matmul<<<dim3((n + 15) / 16, (m + 7) / 8), dim3(16, 8)>>>(x, y, z, m, n, k);
    auto r = z.host();
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double s = 0;
            for (int q = 0; q < k; q++) s += double(a[i * k + q]) * b[q * n + j];
            EXPECT(near(r[i * n + j], s));
        }
    return done();
}
