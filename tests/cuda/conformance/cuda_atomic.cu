// Features: cuda::atomic and cuda::atomic_ref with scopes and orders
#include <cuda/atomic>
#include "check.h"

__global__ void k(cuda::atomic<int, cuda::thread_scope_device>* a, float* f, int* x) {
    a->fetch_add(2, cuda::memory_order_relaxed);
    cuda::atomic_ref<float, cuda::thread_scope_block> r(*f);
    r.fetch_add(0.25f);
    cuda::atomic_ref<int> m(*x);
    m.fetch_max(int(threadIdx.x));
}
int main() {
    Device<cuda::atomic<int, cuda::thread_scope_device>> a(1);
    Device<float> f(1);
    Device<int> x(1);
    k<<<2, 64>>>(a, f, x);
    EXPECT(a.host()[0].load() == 256 && f.host()[0] == 32 && x.host()[0] == 63);
    return done();
}
