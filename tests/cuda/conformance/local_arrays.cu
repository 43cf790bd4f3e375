// Features: private arrays indexed at run time, alive across barriers
#include "check.h"

__global__ void k(const int* x, int* o) {
    int mine[16];
    __shared__ int s[32];
    int t = threadIdx.x;
    for (int i = 0; i < 16; i++) mine[i] = x[(t + i) % 32] * (i + 1);
    s[t] = mine[t % 16];
    __syncthreads();
    mine[s[(t + 1) % 32] % 16] += 5;
    __syncthreads();
    int sum = 0;
    for (int i = 0; i < 16; i++) sum += mine[(i + s[t]) % 16] * i;
    o[t] = sum;
}
int main() {
    auto a = ints(32, 50);
    Device<int> x(a), o(32);
    k<<<1, 32>>>(x, o);
    auto r = o.host();
    int s[32];
    for (int t = 0; t < 32; t++) s[t] = a[(t + t % 16) % 32] * (t % 16 + 1);
    for (int t = 0; t < 32; t++) {
        int m[16], sum = 0;
        for (int i = 0; i < 16; i++) m[i] = a[(t + i) % 32] * (i + 1);
        m[s[(t + 1) % 32] % 16] += 5;
        for (int i = 0; i < 16; i++) sum += m[(i + s[t]) % 16] * i;
        EXPECT(r[t] == sum);
    }
    return done();
}
