// Features: pooling with indices, several outputs
#include "check.h"

__global__ void pool(const float* x, float* y, int* at, int H, int W) {
    int j = threadIdx.x, i = blockIdx.x, w = W / 2;
    if (j >= w) return;
    float best = -INFINITY;
    int where = 0;
    for (int k = 0; k < 4; k++) {
        int p = (2 * i + k / 2) * W + 2 * j + k % 2;
        if (x[p] > best) best = x[p], where = p;
    }
    y[i * w + j] = best, at[i * w + j] = where;
}
int main() {
    int H = 10, W = 34;
    auto a = floats(H * W);
    Device<float> x(a), y(H * W / 4);
    Device<int> t(H * W / 4);
    pool<<<H / 2, 32>>>(x, y, t, H, W);
    auto r = y.host();
    auto q = t.host();
    for (int i = 0; i < H / 2; i++)
        for (int j = 0; j < W / 2; j++) {
            float m = -INFINITY;
            for (int k = 0; k < 4; k++) m = fmaxf(m, a[(2 * i + k / 2) * W + 2 * j + k % 2]);
            EXPECT(r[i * W / 2 + j] == m && a[q[i * W / 2 + j]] == m);
        }
    return done();
}
