// Features: template kernels: deduced and explicit arguments, kernels as values, default arguments, overloads
#include "check.h"

template <typename T, int N = 4> __global__ void scale(T* x, T a, int n = N) {
    int i = threadIdx.x;
    if (i < n) x[i] *= a;
}
__global__ void put(int* p, int v) { *p = v; }
__global__ void put(float* p, float v) { *p = v * 2; }
template <class K, class... A> void start(K kernel, int blocks, A... args) { kernel<<<blocks, 32>>>(args...); }
struct Op { float k; __device__ float operator()(float x) const { return x * k + 1; } };
template <class F> __global__ void map(float* x, int n, F f) {
    int i = threadIdx.x;
    if (i < n) x[i] = f(x[i]);
}
int main() {
    std::vector<float> a = {1, 2, 3, 4, 5, 6};
    Device<float> x(a);
    Device<int> p(1);
    scale<<<1, 32>>>(x.p, 3.0f, 2);
    scale<float, 6><<<dim3(1), dim3(32)>>>(x, 2, 6);
    start(map<Op>, 1, x.p, 6, Op{10});
    put<<<1, 1>>>(p.p, 7);
    put<<<1, 1>>>(x.p, 7.0f);
    auto lambda = [] __device__(float v) { return v - 1; };
    map<<<1, 32>>>(x.p, 6, lambda);
    auto chosen = &scale<float, 6>;
    (*chosen)<<<1, 32>>>(x.p, 2.0f, 6);
    auto r = x.host();
    float want[] = {26, 240, 120, 160, 200, 240};
    for (int i = 1; i < 6; i++) EXPECT(r[i] == (i < 2 ? 2 * (a[i] * 6 * 10 + 1 - 1) : want[i]));
    EXPECT(r[0] == want[0] && p.host()[0] == 7);
    return done();
}
