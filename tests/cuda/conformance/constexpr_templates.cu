// Features: if constexpr, fold expressions, variadic kernels, static data
#include "check.h"

template <int... S> struct Steps {};
template <class T, int... S> __device__ T apply(T v, Steps<S...>) { return ((v += S), ...), v; }
template <bool Double, class... P> __global__ void k(int n, P... p) {
    int i = threadIdx.x;
    if (i >= n) return;
    auto one = [&](auto* q) {
        if constexpr (Double) q[i] *= 2;
        else q[i] = apply(q[i], Steps<1, 2, 3>());
    };
    (one(p), ...);
}
int main() {
    Device<int> a(std::vector<int>{1, 2, 3});
    Device<float> b(std::vector<float>{0.5f, 1, 2});
    k<true><<<1, 8>>>(3, a.p, b.p);
    k<false><<<1, 8>>>(2, a.p, b.p);
    auto r = a.host();
    auto s = b.host();
    EXPECT(r[0] == 8 && r[1] == 10 && r[2] == 6 && s[0] == 7 && s[1] == 8 && s[2] == 4);
    return done();
}
