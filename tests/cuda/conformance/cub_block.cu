// Features: cub: BlockReduce, BlockScan, BlockRadixSort, shared storage in a union
#include <cub/cub.cuh>
#include "check.h"

__global__ void k(const int* x, int* o) {
    using Reduce = cub::BlockReduce<int, 64>;
    using Scan = cub::BlockScan<int, 64>;
    using Sort = cub::BlockRadixSort<int, 64, 2>;
    __shared__ union { Reduce::TempStorage r; Scan::TempStorage s; Sort::TempStorage q; } t;
    int i = threadIdx.x, v = x[i], e, top = Reduce(t.r).Reduce(v, cub::Max());
    __syncthreads();
    Scan(t.s).ExclusiveSum(v, e);
    __syncthreads();
    int keys[2] = {x[2 * i % 64], x[(2 * i + 1) % 64]};
    Sort(t.q).Sort(keys);
    o[i] = e;
    o[64 + 2 * i] = keys[0], o[65 + 2 * i] = keys[1];
    if (i == 0) o[192] = top;
}
int main() {
    auto a = ints(64, 1000);
    Device<int> x(a), o(193);
    k<<<1, 64>>>(x, o);
    auto r = o.host();
    for (int i = 0, s = 0; i < 64; s += a[i++]) EXPECT(r[i] == s);
    std::vector<int> both = a;
    both.insert(both.end(), a.begin(), a.end());
    std::sort(both.begin(), both.end());
    for (int i = 0; i < 128; i++) EXPECT(r[64 + i] == both[i]);
    EXPECT(r[192] == *std::max_element(a.begin(), a.end()));
    return done();
}
