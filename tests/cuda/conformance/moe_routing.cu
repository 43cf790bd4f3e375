// Features: mixture of experts: top-2 by warp, positions by atomics, gather
#include "check.h"

__global__ void route(const float* logits, int* expert, float* weight, int* count, int tokens, int experts) {
    int token = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, l = threadIdx.x & 31;
    if (token >= tokens) return;
    float v = l < experts ? logits[token * experts + l] : -INFINITY;
    float best[2];
    int who[2];
    for (int k = 0; k < 2; k++) {
        float m = v;
        int w = l;
        for (int d = 16; d; d /= 2) {
            float om = __shfl_xor_sync(~0u, m, d);
            int ow = __shfl_xor_sync(~0u, w, d);
            if (om > m || (om == m && ow < w)) m = om, w = ow;
        }
        best[k] = m, who[k] = w;
        if (l == w) v = -INFINITY;
    }
    if (l < 2) {
        float z = 1 / (1 + __expf(best[1] - best[0]));
        expert[token * 2 + l] = l ? who[1] : who[0];
        weight[token * 2 + l] = l ? 1 - z : z;
        atomicAdd(&count[l ? who[1] : who[0]], 1);
    }
}
int main() {
    int tokens = 37, experts = 8;
    auto a = floats(tokens * experts, -3, 3);
    Device<float> x(a), w(tokens * 2);
    Device<int> e(tokens * 2), c(experts);
    route<<<(tokens + 3) / 4, 128>>>(x, e, w, c, tokens, experts);
    auto re = e.host(), rc = c.host();
    auto rw = w.host();
    std::vector<int> counts(experts);
    for (int t = 0; t < tokens; t++) {
        int i0 = 0, i1 = -1;
        for (int i = 1; i < experts; i++)
            if (a[t * experts + i] > a[t * experts + i0]) i0 = i;
        for (int i = 0; i < experts; i++)
            if (i != i0 && (i1 < 0 || a[t * experts + i] > a[t * experts + i1])) i1 = i;
        EXPECT(re[2 * t] == i0 && re[2 * t + 1] == i1);
        EXPECT(near(rw[2 * t], 1 / (1 + exp(double(a[t * experts + i1]) - a[t * experts + i0]))));
        counts[i0]++, counts[i1]++;
    }
    EXPECT(rc == counts);
    return done();
}
