// Features: open addressing with atomicCAS on 64-bit keys
#include "check.h"

__global__ void insert(const unsigned* keys, unsigned long long* table, int n, unsigned size) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned long long entry = (unsigned long long)keys[i] << 32 | unsigned(i + 1);
    for (unsigned h = keys[i] * 2654435761u % size;; h = (h + 1) % size) {
        unsigned long long old = atomicCAS(&table[h], 0ull, entry);
        if (old == 0 || old >> 32 == keys[i]) return;
    }
}
int main() {
    int n = 300;
    std::vector<unsigned> keys(n);
    for (auto& k : keys) k = 1 + bits() % 200;
    Device<unsigned> k(keys);
    Device<unsigned long long> t(512);
    insert<<<3, 128>>>(k, t, n, 512);
    std::vector<int> seen(201);
    for (auto e : t.host())
        if (e) EXPECT(keys[unsigned(e) - 1] == e >> 32 && !seen[e >> 32]++);
    for (unsigned q : keys) EXPECT(seen[q] == 1);
    return done();
}
