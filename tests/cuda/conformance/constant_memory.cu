// Features: __constant__, cudaMemcpyToSymbol with offset, cudaGetSymbolAddress
#include "check.h"

__constant__ float taps[5];
__constant__ int bias = 7;
__global__ void filter(const float* x, float* y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float s = bias;
    for (int k = 0; k < 5; k++) s += taps[k] * (i + k < n ? x[i + k] : 0);
    y[i] = s;
}
int main() {
    int n = 300;
    float t[5] = {1, -2, 3, 0.5f, 4};
    OK(cudaMemcpyToSymbol(taps, t, 3 * sizeof(float)));
    OK(cudaMemcpyToSymbol(taps, t + 3, 2 * sizeof(float), 3 * sizeof(float)));
    void* where;
    size_t size;
    OK(cudaGetSymbolAddress(&where, taps));
    OK(cudaGetSymbolSize(&size, taps));
    EXPECT(where != nullptr && size == 20);
    auto a = floats(n);
    Device<float> x(a), y(n);
    filter<<<3, 100>>>(x, y, n);
    auto r = y.host();
    for (int i = 0; i < n; i++) {
        float s = 7;
        for (int k = 0; k < 5; k++) s += t[k] * (i + k < n ? a[i + k] : 0);
        EXPECT(near(r[i], s));
    }
    EXPECT(cudaMemcpyToSymbol(taps, t, 24) == cudaErrorInvalidValue);
    return done();
}
