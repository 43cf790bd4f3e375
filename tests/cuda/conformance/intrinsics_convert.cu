// Features: float to int conversions in four modes, saturation, bit casts
#include "check.h"

__global__ void k(const float* x, int* o, int n) {
    int i = threadIdx.x;
    float v = x[i];
    o[i] = __float2int_rn(v), o[n + i] = __float2int_rz(v), o[2 * n + i] = __float2int_ru(v), o[3 * n + i] = __float2int_rd(v);
    o[4 * n + i] = __float_as_int(__int_as_float(__float_as_int(v)));
    o[5 * n + i] = int(__float2uint_rn(v));
}
int main() {
    std::vector<float> v = {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 3e9f, -3e9f, NAN, 7.9f, -7.9f};
    int n = int(v.size());
    Device<float> x(v);
    Device<int> o(6 * n);
    k<<<1, n>>>(x, o, n);
    auto r = o.host();
    int rn[] = {0, 2, 2, 0, -2, INT_MAX, INT_MIN, 0, 8, -8}, rz[] = {0, 1, 2, 0, -1, INT_MAX, INT_MIN, 0, 7, -7}, ru[] = {1, 2, 3, 0, -1, INT_MAX, INT_MIN, 0, 8, -7};
    for (int i = 0; i < n; i++) EXPECT(r[i] == rn[i] && r[n + i] == rz[i] && r[2 * n + i] == ru[i]);
    EXPECT(unsigned(r[5 * n + 5]) == 3000000000u && r[5 * n + 6] == 0);
    return done();
}
