// Features: strided loops with several carried values, unsigned and 64-bit counters
#include "check.h"

__global__ void moments(const float* x, float* out, unsigned n) {
    float s = 0, q = 0, hi = -1e30f;
    int last = -1;
    for (size_t i = threadIdx.x; i < n; i += blockDim.x) {
        s += x[i], q += x[i] * x[i], hi = fmaxf(hi, x[i]);
        last = int(i);
    }
    out[4 * threadIdx.x] = s, out[4 * threadIdx.x + 1] = q, out[4 * threadIdx.x + 2] = hi, out[4 * threadIdx.x + 3] = float(last);
}
int main() {
    int n = 1003, t = 96;
    auto a = floats(n);
    Device<float> x(a), o(4 * t);
    moments<<<1, t>>>(x, o, n);
    auto r = o.host();
    for (int k = 0; k < t; k++) {
        double s = 0, q = 0;
        float hi = -1e30f;
        int last = -1;
        for (int i = k; i < n; i += t) s += a[i], q += double(a[i]) * a[i], hi = fmaxf(hi, a[i]), last = i;
        EXPECT(near(r[4 * k], s) && near(r[4 * k + 1], q) && r[4 * k + 2] == hi && r[4 * k + 3] == last);
    }
    return done();
}
