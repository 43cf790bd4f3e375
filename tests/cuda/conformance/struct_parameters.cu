// Features: structures by value, modified by threads, arrays in structures
#include "check.h"

struct Params { float scale[3]; int n; double shift; char tag; };
struct Small { float a; int b; };
__global__ void k(Params p, float* x, Small s) {
    int i = threadIdx.x;
    p.scale[i % 3] += i;
    s.b += i;
    if (i < p.n) x[i] = p.scale[i % 3] * 2 + float(p.shift) + s.a * s.b + p.tag;
}
int main() {
    Params p = {{1, 2, 3}, 40, 0.5, 4};
    Device<float> x(64);
    k<<<1, 64>>>(p, x, Small{0.25f, 8});
    auto r = x.host();
    for (int i = 0; i < 40; i++) EXPECT(r[i] == (p.scale[i % 3] + i) * 2 + 0.5f + 0.25f * (8 + i) + 4);
    return done();
}
