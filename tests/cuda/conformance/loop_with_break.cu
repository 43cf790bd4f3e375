// Features: a uniform break out of a loop with barriers
#include "check.h"

__global__ void search(const int* x, int* found, int n, int key) {
    __shared__ int hit;
    if (threadIdx.x == 0) hit = -1;
    __syncthreads();
    for (int base = 0; base < n; base += 32) {
        int i = base + threadIdx.x;
        if (i < n && x[i] == key) atomicMax(&hit, i);
        __syncthreads();
        if (hit >= 0) break;
        __syncthreads();
    }
    if (threadIdx.x == 0) *found = hit;
}
int main() {
    std::vector<int> a(500);
    for (int i = 0; i < 500; i++) a[i] = i * 2;
    Device<int> x(a), f(1);
    search<<<1, 32>>>(x, f, 500, 402);
    EXPECT(f.host()[0] == 201);
    search<<<1, 32>>>(x, f, 500, 403);
    EXPECT(f.host()[0] == -1);
    return done();
}
