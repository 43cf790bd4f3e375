// Features: recursive device functions, device function pointers, virtual-free polymorphism
#include "check.h"

__device__ int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
typedef float (*Fn)(float);
__device__ float twice(float x) { return 2 * x; }
__device__ float square(float x) { return x * x; }
__device__ Fn table[2] = {twice, square};
__global__ void k(int* f, float* y) {
    int i = threadIdx.x;
    f[i] = fibonacci(i % 12);
    y[i] = table[i & 1](float(i));
}
int main() {
    Device<int> f(32);
    Device<float> y(32);
    k<<<1, 32>>>(f, y);
    auto r = f.host();
    auto q = y.host();
    int fib[12] = {0, 1};
    for (int i = 2; i < 12; i++) fib[i] = fib[i - 1] + fib[i - 2];
    for (int i = 0; i < 32; i++) EXPECT(r[i] == fib[i % 12] && q[i] == (i & 1 ? float(i * i) : float(2 * i)));
    return done();
}
