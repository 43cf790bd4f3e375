// Features: layer norm gradients: row statistics, atomics into weights' gradients
#include "check.h"

__global__ void backward(const float* x, const float* g, const float* dy, float* dx, float* dg, float* db, int n) {
    __shared__ float s[4][64];
    int b = blockIdx.x, t = threadIdx.x;
    auto total = [&](float v, int k) {
        s[k][t] = v;
        __syncthreads();
        for (int d = 32; d; d /= 2) {
            if (t < d) s[k][t] += s[k][t + d];
            __syncthreads();
        }
        return s[k][0];
    };
    float v = 0, q = 0, a = 0, c = 0;
    for (int i = t; i < n; i += 64) v += x[b * n + i];
    float mean = total(v, 0) / n;
    for (int i = t; i < n; i += 64) q += (x[b * n + i] - mean) * (x[b * n + i] - mean);
    float r = rsqrtf(total(q, 1) / n + 1e-5f);
    for (int i = t; i < n; i += 64) a += dy[b * n + i] * g[i], c += dy[b * n + i] * g[i] * (x[b * n + i] - mean) * r;
    a = total(a, 2) / n, c = total(c, 3) / n;
    for (int i = t; i < n; i += 64) {
        float h = (x[b * n + i] - mean) * r;
        dx[b * n + i] = (dy[b * n + i] * g[i] - a - h * c) * r;
        atomicAdd(&dg[i], dy[b * n + i] * h);
        atomicAdd(&db[i], dy[b * n + i]);
    }
}
int main() {
    int rows = 6, n = 90;
    auto x = floats(rows * n), g = floats(n), dy = floats(rows * n);
    Device<float> X(x), G(g), Y(dy), DX(rows * n), DG(n), DB(n);
    backward<<<rows, 64>>>(X, G, Y, DX, DG, DB, n);
    auto dx = DX.host(), dg = DG.host(), db = DB.host();
    std::vector<double> wg(n), wb(n);
    for (int b = 0; b < rows; b++) {
        double m = 0, v = 0, a = 0, c = 0;
        for (int i = 0; i < n; i++) m += x[b * n + i] / n;
        for (int i = 0; i < n; i++) v += (x[b * n + i] - m) * (x[b * n + i] - m) / n;
        double r = 1 / sqrt(v + 1e-5);
        for (int i = 0; i < n; i++) a += dy[b * n + i] * g[i] / n, c += dy[b * n + i] * g[i] * (x[b * n + i] - m) * r / n;
        for (int i = 0; i < n; i++) {
            double h = (x[b * n + i] - m) * r;
            EXPECT(near(dx[b * n + i], (dy[b * n + i] * g[i] - a - h * c) * r));
            wg[i] += dy[b * n + i] * h, wb[i] += dy[b * n + i];
        }
    }
    for (int i = 0; i < n; i++) EXPECT(near(dg[i], wg[i]) && near(db[i], wb[i]));
    return done();
}
