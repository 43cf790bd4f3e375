// Features: breadth-first search with a frontier queue and atomics, host loop
#include "check.h"

__global__ void step(const int* ptr, const int* adj, int* level, const int* in, int n, int* out, int* count, int depth) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int v = in[i];
    for (int e = ptr[v]; e < ptr[v + 1]; e++)
        if (atomicCAS(&level[adj[e]], -1, depth) == -1) out[atomicAdd(count, 1)] = adj[e];
}
int main() {
    int n = 200;
    std::vector<int> ptr(1), adj, level(n, -1), want(n, -1), queue{0};
    for (int v = 0; v < n; v++) {
        for (int k = 0; k < 3; k++) adj.push_back(int(bits() % n));
        ptr.push_back(int(adj.size()));
    }
    level[0] = want[0] = 0;
    for (size_t q = 0; q < queue.size(); q++)
        for (int e = ptr[queue[q]]; e < ptr[queue[q] + 1]; e++)
            if (want[adj[e]] < 0) want[adj[e]] = want[queue[q]] + 1, queue.push_back(adj[e]);
    Device<int> P(ptr), A(adj), L(level), c(1), f(std::vector<int>(n, 0)), g(n);
    int *in = f, *out = g, size = 1;
    for (int depth = 1; size > 0; depth++) {
        OK(cudaMemset(c, 0, 4));
        step<<<(size + 31) / 32, 32>>>(P, A, L, in, size, out, c, depth);
        OK(cudaMemcpy(&size, c, 4, cudaMemcpyDeviceToHost));
        std::swap(in, out);
    }
    EXPECT(L.host() == want);
    return done();
}
