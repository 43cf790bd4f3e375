// Features: bar.sync with a number and a count: producers and consumers
#include "check.h"

__global__ void k(const int* x, int* o) {
    __shared__ int s[32];
    int t = threadIdx.x;
    if (t < 32) {
        s[t] = x[t] * 2;
        asm volatile("bar.arrive 1, 64;" ::: "memory");
    } else {
        asm volatile("bar.sync 1, 64;" ::: "memory");
        o[t - 32] = s[63 - t] + 1;
    }
}
int main() {
    auto a = ints(32, 100);
    Device<int> x(a), o(32);
    k<<<3, 64>>>(x, o);
    auto r = o.host();
    for (int i = 0; i < 32; i++) EXPECT(r[i] == a[31 - i] * 2 + 1);
    return done();
}
