// Features: 2-D stencil with halo in shared memory, constant coefficients
#include "check.h"

#define R 2
#define T 16
__constant__ float w[2 * R + 1];
__global__ void stencil(const float* in, float* out, int nx, int ny) {
    __shared__ float s[T + 2 * R][T + 2 * R];
    int x0 = blockIdx.x * T - R, y0 = blockIdx.y * T - R;
    for (int i = threadIdx.y * T + threadIdx.x; i < (T + 2 * R) * (T + 2 * R); i += T * T) {
        int x = x0 + i % (T + 2 * R), y = y0 + i / (T + 2 * R);
        s[i / (T + 2 * R)][i % (T + 2 * R)] = x >= 0 && x < nx && y >= 0 && y < ny ? in[y * nx + x] : 0;
    }
    __syncthreads();
    int x = blockIdx.x * T + threadIdx.x, y = blockIdx.y * T + threadIdx.y;
    if (x >= nx || y >= ny) return;
    float v = 0;
    for (int k = -R; k <= R; k++) v += w[k + R] * (s[threadIdx.y + R][threadIdx.x + R + k] + s[threadIdx.y + R + k][threadIdx.x + R]);
    out[y * nx + x] = v;
}
int main() {
    int nx = 45, ny = 38;
    float c[5] = {1, 2, -3, 2, 0.5f};
    OK(cudaMemcpyToSymbol(w, c, sizeof c));
    auto a = floats(nx * ny);
    Device<float> x(a), y(nx * ny);
    stencil<<<dim3((nx + T - 1) / T, (ny + T - 1) / T), dim3(T, T)>>>(x, y, nx, ny);
    auto r = y.host();
    auto at = [&](int x, int y) { return x >= 0 && x < nx && y >= 0 && y < ny ? a[y * nx + x] : 0.0f; };
    for (int y = 0; y < ny; y++)
        for (int x = 0; x < nx; x++) {
            double v = 0;
            for (int k = -2; k <= 2; k++) v += c[k + 2] * (at(x + k, y) + at(x, y + k));
            EXPECT(near(r[y * nx + x], v));
        }
    return done();
}
