// Features: launches in macros, conditionals and namespaces, with expressions, streams and NULL
#include "check.h"

namespace a { namespace b { __global__ void add(int* x, int v, const int* more) { atomicAdd(x, v + (more ? *more : 0)); } } }
#define RUN(kernel, ...) kernel<<<grid, block, 0, stream>>>(__VA_ARGS__)
int main() {
    Device<int> x(1);
    dim3 grid(2), block(8, 4);
    cudaStream_t stream;
    OK(cudaStreamCreate(&stream));
    RUN(a::b::add, x, 1, NULL);
    if (grid.x > 1) a::b::add<<<grid.x * 2 - 1, (block.x > 4 ? block.x >> 1 : 1), sizeof(int) << 2>>>(x, 10, 0);
    else a::b::add<<<1, 1>>>(x, 1000, nullptr);
    for (int i = 0; i < 3; i++) ::a::b::add<<<1, dim3(2, 2, 2)>>>(x, i, x.p + 0 * i ? nullptr : nullptr);
    using namespace a::b;
    add <<< 1, 1, 0, 0 >>> (x, 5, nullptr);
    OK(cudaStreamSynchronize(stream));
    OK(cudaStreamDestroy(stream));
    EXPECT(x.host()[0] == 64 + 3 * 4 * 10 + 8 * 3 + 5);
    return done();
}
