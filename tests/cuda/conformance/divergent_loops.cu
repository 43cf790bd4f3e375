// Features: threads of a warp run loops of different lengths, then meet
#include "check.h"

__global__ void collatz(int* out) {
    int t = threadIdx.x, n = t + 1, steps = 0;
    while (n != 1) {
        n = n % 2 ? 3 * n + 1 : n / 2;
        steps++;
    }
    __syncwarp();
    int longest = steps;
    for (int d = 16; d; d /= 2) longest = max(longest, __shfl_xor_sync(~0u, longest, d));
    out[t] = steps * 1000 + longest;
}
int main() {
    Device<int> o(64);
    collatz<<<1, 64>>>(o);
    auto r = o.host();
    for (int w = 0; w < 2; w++) {
        int s[32], hi = 0;
        for (int i = 0; i < 32; i++) {
            int n = w * 32 + i + 1;
            for (s[i] = 0; n != 1; s[i]++) n = n % 2 ? 3 * n + 1 : n / 2;
            hi = std::max(hi, s[i]);
        }
        for (int i = 0; i < 32; i++) EXPECT(r[w * 32 + i] == s[i] * 1000 + hi);
    }
    return done();
}
