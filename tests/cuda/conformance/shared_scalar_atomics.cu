// Features: counters and maxima in shared memory, compaction by atomicAdd
#include "check.h"

__global__ void compact(const int* x, int* out, int* count, int n) {
    __shared__ int size, base, top;
    if (threadIdx.x == 0) size = 0, top = 0;
    __syncthreads();
    int i = blockIdx.x * blockDim.x + threadIdx.x, place = -1;
    if (i < n && x[i] % 3 == 0) place = atomicAdd(&size, 1);
    if (i < n) atomicMax(&top, x[i]);
    __syncthreads();
    if (threadIdx.x == 0) base = atomicAdd(&count[0], size), atomicMax(&count[1], top);
    __syncthreads();
    if (place >= 0) out[base + place] = x[i];
}
int main() {
    int n = 700;
    auto a = ints(n, 1000);
    Device<int> x(a), o(n), c(2);
    compact<<<6, 128>>>(x, o, c, n);
    std::vector<int> want;
    for (int v : a)
        if (v % 3 == 0) want.push_back(v);
    auto k = c.host(), r = o.host();
    EXPECT(k[0] == int(want.size()) && k[1] == *std::max_element(a.begin(), a.end()));
    r.resize(want.size());
    std::sort(r.begin(), r.end());
    std::sort(want.begin(), want.end());
    EXPECT(r == want);
    return done();
}
