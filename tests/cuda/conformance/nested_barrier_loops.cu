// Features: barriers in nested loops with uniform bounds from memory
#include "check.h"

__global__ void k(const int* bounds, int* o) {
    __shared__ int s[48];
    int t = threadIdx.x;
    s[t] = t;
    for (int i = 0; i < bounds[0]; i++)
        for (int j = 0; j <= i; j++) {
            __syncthreads();
            int v = s[(t + 1) % 48];
            __syncthreads();
            s[t] = v + j;
        }
    o[t] = s[t];
}
int main() {
    std::vector<int> b = {4};
    Device<int> x(b), o(48);
    k<<<1, 48>>>(x, o);
    std::vector<int> s(48), v(48);
    for (int t = 0; t < 48; t++) s[t] = t;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j <= i; j++) {
            for (int t = 0; t < 48; t++) v[t] = s[(t + 1) % 48] + j;
            s = v;
        }
    EXPECT(o.host() == s);
    return done();
}
