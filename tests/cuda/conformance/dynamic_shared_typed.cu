// Features: one extern array cut into several types, alignment
#include "check.h"

template <class T> __global__ void pack(const T* x, T* out, int n) {
    extern __shared__ __align__(16) unsigned char raw[];
    T* values = reinterpret_cast<T*>(raw);
    int* places = reinterpret_cast<int*>(raw + n * sizeof(T));
    values[threadIdx.x] = x[threadIdx.x];
    places[threadIdx.x] = (threadIdx.x * 7) % n;
    __syncthreads();
    out[threadIdx.x] = values[places[threadIdx.x]];
}
int main() {
    const int n = 64;
    std::vector<double> a(n);
    for (int i = 0; i < n; i++) a[i] = i * 0.5;
    Device<double> x(a), o(n);
    pack<double><<<1, n, n * (sizeof(double) + sizeof(int))>>>(x, o, n);
    auto r = o.host();
    for (int i = 0; i < n; i++) EXPECT(r[i] == a[(i * 7) % n]);
    return done();
}
