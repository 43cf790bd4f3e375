// Features: all-pairs forces, tiles of bodies in shared memory, rsqrtf
#include "check.h"

__global__ void forces(const float4* p, float4* a, int n) {
    __shared__ float4 s[32];
    int i = blockIdx.x * 32 + threadIdx.x;
    float4 me = i < n ? p[i] : make_float4(0, 0, 0, 0), f = make_float4(0, 0, 0, 0);
    for (int t = 0; t < (n + 31) / 32; t++) {
        int j = t * 32 + threadIdx.x;
        s[threadIdx.x] = j < n ? p[j] : make_float4(0, 0, 0, 0);
        __syncthreads();
        for (int k = 0; k < 32; k++) {
            float dx = s[k].x - me.x, dy = s[k].y - me.y, dz = s[k].z - me.z, r = rsqrtf(dx * dx + dy * dy + dz * dz + 0.01f), w = s[k].w * r * r * r;
            f.x += dx * w, f.y += dy * w, f.z += dz * w;
        }
        __syncthreads();
    }
    if (i < n) a[i] = f;
}
int main() {
    int n = 70;
    auto v = floats(4 * n);
    Device<float> x(v), y(4 * n);
    forces<<<3, 32>>>((float4*)x.p, (float4*)y.p, n);
    auto r = y.host();
    for (int i = 0; i < n; i += 7) {
        double f = 0;
        for (int j = 0; j < n; j++) {
            double d[3], s = 0.01;
            for (int c = 0; c < 3; c++) d[c] = v[4 * j + c] - v[4 * i + c], s += d[c] * d[c];
            f += d[0] * v[4 * j + 3] / (s * sqrt(s));
        }
        EXPECT(near(r[4 * i], f, 1e-3));
    }
    return done();
}
