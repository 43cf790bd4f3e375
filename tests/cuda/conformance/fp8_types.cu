// Features: e4m3 and e5m2: rounding, saturation, NaN
#include <cuda_fp8.h>
#include "check.h"

__global__ void k(const float* x, unsigned char* a, unsigned char* b, float* back) {
    int i = threadIdx.x;
    __nv_fp8_e4m3 e(x[i]);
    __nv_fp8_e5m2 f(x[i]);
    a[i] = e.__x, b[i] = f.__x;
    back[i] = float(e);
}
int main() {
    std::vector<float> v = {0, 1, -1.5f, 448, 449, 1000, 0.001953125f, 0.0009765625f, 1.0625f, 1.1875f, 57344, 1e9f, -0.0f};
    Device<float> x(v), f(v.size());
    Device<unsigned char> a(v.size()), b(v.size());
    k<<<1, int(v.size())>>>(x, a, b, f);
    unsigned char e4[] = {0, 0x38, 0xbc, 0x7e, 0x7e, 0x7e, 1, 0, 0x38, 0x3a, 0x7e, 0x7e, 0x80}, e5[] = {0, 0x3c, 0xbe, 0x5f, 0x5f, 0x64, 0x18, 0x14, 0x3c, 0x3d, 0x7b, 0x7b, 0x80};
    auto p = a.host(), q = b.host();
    for (size_t i = 0; i < v.size(); i++) EXPECT(p[i] == e4[i] && q[i] == e5[i]);
    EXPECT(f.host()[9] == 1.25f);
    return done();
}
