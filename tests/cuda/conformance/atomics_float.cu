// Features: float, double and 64-bit atomics, system and block scopes
#include "check.h"

__global__ void add(float* f, double* d, unsigned long long* u) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    atomicAdd(f, 0.5f);
    atomicAdd(d, 0.25);
    atomicAdd(u, 3ull << 33);
    atomicAdd_system(f + 1, 1.0f);
    atomicAdd_block(d + 1, double(i % 2));
    atomicMax(u + 1, (unsigned long long)i << 32);
}
int main() {
    Device<float> f(2);
    Device<double> d(2);
    Device<unsigned long long> u(2);
    add<<<10, 100>>>(f, d, u);
    EXPECT(f.host()[0] == 500 && f.host()[1] == 1000);
    EXPECT(d.host()[0] == 250 && d.host()[1] == 500);
    EXPECT(u.host()[0] == 1000 * (3ull << 33) && u.host()[1] == 999ull << 32);
    return done();
}
