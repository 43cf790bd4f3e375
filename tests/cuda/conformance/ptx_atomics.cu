// Features: inline PTX: atom, red, ld and st with acquire and release, membar
#include "check.h"

__global__ void k(int* x, float* f) {
    int old;
    asm volatile("atom.global.add.s32 %0, [%1], %2;" : "=r"(old) : "l"(x), "r"(2) : "memory");
    asm volatile("red.global.add.f32 [%0], %1;" ::"l"(f), "f"(0.5f) : "memory");
    asm volatile("red.relaxed.gpu.global.max.s32 [%0], %1;" ::"l"(x + 1), "r"(int(threadIdx.x)) : "memory");
    asm volatile("membar.gl;" ::: "memory");
    if (threadIdx.x == 0) asm volatile("st.release.gpu.global.s32 [%0], %1;" ::"l"(x + 2), "r"(9) : "memory");
    __syncthreads();
    int v;
    asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(v) : "l"(x + 2) : "memory");
    atomicAdd(x + 3, v);
}
int main() {
    Device<int> x(4);
    Device<float> f(1);
    k<<<1, 64>>>(x, f);
    auto r = x.host();
    EXPECT(r[0] == 128 && r[1] == 63 && r[2] == 9 && r[3] == 576 && f.host()[0] == 32);
    return done();
}
