// Features: half conversions: nearest even, toward zero, up, down, overflow, subnormals
#include <cuda_fp16.h>
#include "check.h"

__global__ void k(unsigned short* o) {
    float v[] = {1.0f + 1.0f / 2048, 1.0f + 3.0f / 2048, 65519.0f, 65520.0f, 5.9604645e-8f, 2.9802322e-8f, -1.0f - 1.0f / 4096, 1e-9f};
    int i = threadIdx.x;
    o[i] = __half_as_ushort(__float2half_rn(v[i]));
    o[8 + i] = __half_as_ushort(__float2half_rz(v[i]));
    o[16 + i] = __half_as_ushort(__float2half_ru(v[i]));
    o[24 + i] = __half_as_ushort(__float2half_rd(v[i]));
}
int main() {
    Device<unsigned short> o(32);
    k<<<1, 8>>>(o);
    auto r = o.host();
    unsigned short want[] = {0x3c00, 0x3c02, 0x7bff, 0x7c00, 1, 0, 0xbc00, 0, 0x3c00, 0x3c01, 0x7bff, 0x7bff, 1, 0, 0xbc00, 0,
                             0x3c01, 0x3c02, 0x7c00, 0x7c00, 1, 1, 0xbc00, 1, 0x3c00, 0x3c01, 0x7bff, 0x7bff, 1, 0, 0xbc01, 0};
    for (int i = 0; i < 32; i++) EXPECT(r[i] == want[i]);
    return done();
}
