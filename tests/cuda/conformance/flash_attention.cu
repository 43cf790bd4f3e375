// Features: causal attention with online softmax, K and V tiles by cp.async in shared memory
#include "check.h"

template <int D, int B> __global__ void attention(const float* Q, const float* K, const float* V, float* O, int n) {
    __shared__ __align__(16) float k[B][D], v[B][D];
    int row = blockIdx.x * B + threadIdx.x;
    float q[D], o[D] = {}, m = -INFINITY, l = 0;
    for (int d = 0; d < D; d++) q[d] = row < n ? Q[row * D + d] : 0;
    for (int j0 = 0; j0 <= blockIdx.x * B; j0 += B) {
        for (int i = threadIdx.x * 4; i < B * D; i += B * 4) {
            unsigned a = unsigned(__cvta_generic_to_shared(&k[0][0] + i)), b = unsigned(__cvta_generic_to_shared(&v[0][0] + i));
            int left = (n - j0) * D - i, bytes = left >= 4 ? 16 : left > 0 ? left * 4 : 0;
            asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" ::"r"(a), "l"(bytes ? K + j0 * D + i : K), "r"(bytes));
            asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" ::"r"(b), "l"(bytes ? V + j0 * D + i : V), "r"(bytes));
        }
        asm volatile("cp.async.wait_all;");
        __syncthreads();
        for (int j = 0; j < B; j++) {
            if (j0 + j > row || j0 + j >= n) continue;
            float s = 0;
            for (int d = 0; d < D; d++) s += q[d] * k[j][d];
            float top = fmaxf(m, s), f = __expf(m - top), p = __expf(s - top);
            l = l * f + p;
            for (int d = 0; d < D; d++) o[d] = o[d] * f + p * v[j][d];
            m = top;
        }
        __syncthreads();
    }
    if (row < n)
        for (int d = 0; d < D; d++) O[row * D + d] = o[d] / l;
}
int main() {
    const int n = 50, D = 16, B = 32;
    auto q = floats(n * D), k = floats(n * D), v = floats(n * D);
    Device<float> Q(q), K(k), V(v), O(n * D);
    attention<D, B><<<(n + B - 1) / B, B>>>(Q, K, V, O, n);
    auto r = O.host();
    for (int i = 0; i < n; i++) {
        double l = 0, o[D] = {};
        for (int j = 0; j <= i; j++) {
            double s = 0;
            for (int d = 0; d < D; d++) s += double(q[i * D + d]) * k[j * D + d];
            l += exp(s);
            for (int d = 0; d < D; d++) o[d] += exp(s) * v[j * D + d];
        }
        for (int d = 0; d < D; d++) EXPECT(near(r[i * D + d], o[d] / l));
    }
    return done();
}
