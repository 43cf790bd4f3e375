// Features: float4 loads and stores, make_*, int2, double2
#include "check.h"

__global__ void k(const float4* x, float4* y, int2* z, double2* d, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float4 v = x[i];
    y[i] = make_float4(v.w, v.z, v.y * 2, v.x);
    z[i] = make_int2(i, -i);
    d[i].x = v.x, d[i].y = double(v.y);
}
int main() {
    int n = 100;
    auto a = floats(4 * n);
    Device<float> x(a), y(4 * n);
    Device<int2> z(n);
    Device<double2> d(n);
    k<<<2, 64>>>((const float4*)x.p, reinterpret_cast<float4*>(y.p), z, d, n);
    auto r = y.host();
    auto q = z.host();
    auto e = d.host();
    for (int i = 0; i < n; i++) EXPECT(r[4 * i] == a[4 * i + 3] && r[4 * i + 2] == a[4 * i + 1] * 2 && q[i].y == -i && e[i].y == a[4 * i + 1]);
    return done();
}
