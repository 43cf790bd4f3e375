// Features: bfloat16 in, float sum, bfloat16 out
#include <cuda_bf16.h>
#include "check.h"

__global__ void matmul(const __nv_bfloat16* a, const __nv_bfloat16* b, __nv_bfloat16* c, int n) {
    int i = blockIdx.y * blockDim.y + threadIdx.y, j = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n || j >= n) return;
    float s = 0;
    for (int k = 0; k < n; k++) s += __bfloat162float(a[i * n + k]) * __bfloat162float(b[k * n + j]);
    c[i * n + j] = __float2bfloat16(s);
}
int main() {
    int n = 20;
    std::vector<__nv_bfloat16> a(n * n), b(n * n);
    for (int i = 0; i < n * n; i++) a[i] = __float2bfloat16(float(i % 5 - 2)), b[i] = __float2bfloat16(float(i % 3 - 1));
    Device<__nv_bfloat16> x(a), y(b), z(n * n);
    matmul<<<dim3(2, 3), dim3(16, 8)>>>(x, y, z, n);
    auto r = z.host();
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            float s = 0;
            for (int k = 0; k < n; k++) s += float(a[i * n + k]) * float(b[k * n + j]);
            EXPECT(float(r[i * n + j]) == float(__float2bfloat16(s)));
        }
    return done();
}
