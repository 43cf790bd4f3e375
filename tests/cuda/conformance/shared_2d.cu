// Features: two-dimensional shared arrays, transpose with padding
#include "check.h"

template <int T> __global__ void transpose(const float* in, float* out, int w, int h) {
    __shared__ float tile[T][T + 1];
    int x = blockIdx.x * T + threadIdx.x, y = blockIdx.y * T + threadIdx.y;
    if (x < w && y < h) tile[threadIdx.y][threadIdx.x] = in[y * w + x];
    __syncthreads();
    x = blockIdx.y * T + threadIdx.x;
    y = blockIdx.x * T + threadIdx.y;
    if (x < h && y < w) out[y * h + x] = tile[threadIdx.x][threadIdx.y];
}
int main() {
    int w = 45, h = 37;
    auto a = floats(w * h);
    Device<float> x(a), o(w * h);
    transpose<16><<<dim3((w + 15) / 16, (h + 15) / 16), dim3(16, 16)>>>(x, o, w, h);
    auto r = o.host();
    for (int i = 0; i < h; i++)
        for (int j = 0; j < w; j++) EXPECT(r[j * h + i] == a[i * w + j]);
    return done();
}
