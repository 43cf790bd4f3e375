// Features: cooperative launch, grid.sync, occupancy for the grid's size
#include <cooperative_groups.h>
#include "check.h"

namespace cg = cooperative_groups;
__global__ void rounds(int* a, int* b, int n, int times) {
    cg::grid_group g = cg::this_grid();
    for (int t = 0; t < times; t++) {
        for (int i = g.thread_rank(); i < n; i += g.size()) b[i] = a[(i + 1) % n] + a[i];
        g.sync();
        int* c = a;
        a = b;
        b = c;
    }
}
int main() {
    int n = 200, times = 4, per = 0;
    auto v = ints(n, 5);
    Device<int> a(v), b(n);
    OK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&per, rounds, 64, 0));
    EXPECT(per > 0);
    int *pa = a, *pb = b;
    void* args[] = {&pa, &pb, &n, &times};
    OK(cudaLaunchCooperativeKernel((void*)rounds, dim3(4), dim3(64), args, 0, 0));
    for (int t = 0; t < times; t++) {
        auto w = v;
        for (int i = 0; i < n; i++) w[i] = v[(i + 1) % n] + v[i];
        v = w;
    }
    EXPECT(a.host() == v);
    EXPECT(cudaLaunchCooperativeKernel((void*)rounds, dim3(100000), dim3(64), args, 0, 0) == cudaErrorCooperativeLaunchTooLarge);
    cudaGetLastError();
    return done();
}
