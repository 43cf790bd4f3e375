// Features: one-dimensional grid, bounds check
#include "check.h"

__global__ void add(const float* a, const float* b, float* c, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) c[i] = a[i] + b[i];
}
int main() {
    int n = 1003;
    auto a = floats(n), b = floats(n);
    Device<float> x(a), y(b), z(n);
    add<<<(n + 127) / 128, 128>>>(x, y, z, n);
    auto r = z.host();
    for (int i = 0; i < n; i++) EXPECT(r[i] == a[i] + b[i]);
    return done();
}
