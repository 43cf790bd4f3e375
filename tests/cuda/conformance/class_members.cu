// Features: kernels that use classes: methods, operators, constructors, inheritance, references
#include "check.h"

struct Vec {
    float x, y;
    __host__ __device__ Vec(float a = 0, float b = 0) : x(a), y(b) {}
    __host__ __device__ Vec operator+(const Vec& o) const { return {x + o.x, y + o.y}; }
    __host__ __device__ float dot(const Vec& o) const { return x * o.x + y * o.y; }
};
template <class D> struct Base { __device__ float run(Vec v) const { return static_cast<const D*>(this)->f(v) + 1; } };
struct Twice : Base<Twice> { __device__ float f(Vec v) const { return 2 * v.dot(v); } };
__device__ void bump(Vec& v, int i) { v = v + Vec(float(i), 1); }
__global__ void k(const Vec* in, float* out, Twice t, int n) {
    int i = threadIdx.x;
    if (i >= n) return;
    Vec v = in[i];
    bump(v, i);
    out[i] = t.run(v);
}
int main() {
    int n = 20;
    std::vector<Vec> a(n);
    for (int i = 0; i < n; i++) a[i] = Vec(float(i), 2);
    Device<Vec> x(a);
    Device<float> o(n);
    k<<<1, 32>>>(x, o, Twice(), n);
    auto r = o.host();
    for (int i = 0; i < n; i++) EXPECT(r[i] == 2 * (4.0f * i * i + 9) + 1);
    return done();
}
