// Features: LSD radix sort, one bit a pass, block-wide scan of flags
#include "check.h"

__global__ void pass(unsigned* keys, int n, int bit) {
    extern __shared__ unsigned s[];
    unsigned* flags = s + n;
    int t = threadIdx.x;
    unsigned k = keys[t];
    s[t] = k;
    flags[t] = !(k >> bit & 1);
    __syncthreads();
    for (int d = 1; d < n; d *= 2) {
        unsigned v = t >= d ? flags[t - d] : 0;
        __syncthreads();
        flags[t] += v;
        __syncthreads();
    }
    unsigned zeros = flags[n - 1], place = k >> bit & 1 ? zeros + t - flags[t] : flags[t] - 1;
    __syncthreads();
    keys[place] = k;
}
int main() {
    int n = 256;
    std::vector<unsigned> a(n);
    for (auto& v : a) v = bits() & 0xffff;
    Device<unsigned> x(a);
    for (int b = 0; b < 16; b++) pass<<<1, n, 2 * n * sizeof(unsigned)>>>(x, n, b);
    std::sort(a.begin(), a.end());
    EXPECT(x.host() == a);
    return done();
}
