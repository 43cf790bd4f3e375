// Features: cub: DeviceReduce, DeviceScan, DeviceRadixSort, two-call protocol
#include <cub/cub.cuh>
#include "check.h"

int main() {
    int n = 500;
    auto a = ints(n, 1000), ids = ints(n, 10);
    Device<int> x(a), y(n), s(1), v(ids), w(n);
    void* temp = nullptr;
    size_t bytes = 0;
    OK(cub::DeviceReduce::Sum(temp, bytes, x.p, s.p, n));
    OK(cudaMalloc(&temp, bytes));
    OK(cub::DeviceReduce::Sum(temp, bytes, x.p, s.p, n));
    int want = 0;
    for (int q : a) want += q;
    EXPECT(s.host()[0] == want);
    OK(cub::DeviceScan::InclusiveSum(temp, bytes, x.p, y.p, n));
    auto r = y.host();
    for (int i = 0, t = 0; i < n; i++) EXPECT(r[i] == (t += a[i]));
    OK(cub::DeviceRadixSort::SortPairs(temp, bytes, x.p, y.p, v.p, w.p, n));
    r = y.host();
    EXPECT(std::is_sorted(r.begin(), r.end()));
    return done();
}
