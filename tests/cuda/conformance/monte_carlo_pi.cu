// Features: many random streams, block sums, double atomics
#include "check.h"

__global__ void pi(double* sum, int each) {
    unsigned s = (blockIdx.x * blockDim.x + threadIdx.x) * 747796405u + 2891336453u;
    auto next = [&] {
        s = s * 1664525u + 1013904223u;
        return float(s >> 8) / 16777216.0f;
    };
    int in = 0;
    for (int i = 0; i < each; i++) {
        float x = next(), y = next();
        in += x * x + y * y < 1;
    }
    __shared__ int total;
    if (threadIdx.x == 0) total = 0;
    __syncthreads();
    atomicAdd(&total, in);
    __syncthreads();
    if (threadIdx.x == 0) atomicAdd(sum, double(total));
}
int main() {
    Device<double> s(1);
    pi<<<8, 64>>>(s, 200);
    EXPECT(std::fabs(4 * s.host()[0] / (8 * 64 * 200) - M_PI) < 0.05);
    return done();
}
