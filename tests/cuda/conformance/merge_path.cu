// Features: merging sorted arrays by binary search for each thread's diagonal
#include "check.h"

__global__ void merge(const int* a, int na, const int* b, int nb, int* c, int per) {
    int d = min((blockIdx.x * blockDim.x + threadIdx.x) * per, na + nb), lo = max(0, d - nb), hi = min(d, na);
    while (lo < hi) {
        int mid = (lo + hi) / 2;
        if (a[mid] <= b[d - 1 - mid]) lo = mid + 1;
        else hi = mid;
    }
    int i = lo, j = d - lo;
    for (int k = d; k < min(d + per, na + nb); k++) c[k] = j >= nb || (i < na && a[i] <= b[j]) ? a[i++] : b[j++];
}
int main() {
    auto a = ints(130, 500), b = ints(77, 500);
    std::sort(a.begin(), a.end());
    std::sort(b.begin(), b.end());
    Device<int> x(a), y(b), z(207);
    merge<<<2, 32>>>(x, 130, y, 77, z, 4);
    std::vector<int> want(207);
    std::merge(a.begin(), a.end(), b.begin(), b.end(), want.begin());
    EXPECT(z.host() == want);
    return done();
}
