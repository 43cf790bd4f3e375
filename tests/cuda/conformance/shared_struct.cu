// Features: structures and several variables in shared memory
#include "check.h"

struct Pair { int key; float value; };
__global__ void best(const float* x, Pair* out, int n) {
    __shared__ Pair s[64], winner;
    __shared__ int rounds;
    int t = threadIdx.x;
    if (t == 0) rounds = 0;
    s[t] = {t, t < n ? x[t] : -1e9f};
    __syncthreads();
    for (int k = 32; k > 0; k /= 2) {
        if (t < k && s[t + k].value > s[t].value) s[t] = s[t + k];
        if (t == 0) rounds++;
        __syncthreads();
    }
    if (t == 0) winner = s[0];
    __syncthreads();
    out[t] = {winner.key + rounds * 1000, winner.value};
}
int main() {
    int n = 60;
    auto a = floats(n);
    Device<float> x(a);
    Device<Pair> o(64);
    best<<<1, 64>>>(x, o, n);
    int at = 0;
    for (int i = 1; i < n; i++)
        if (a[i] > a[at]) at = i;
    for (auto p : o.host()) EXPECT(p.key == at + 6000 && p.value == a[at]);
    return done();
}
