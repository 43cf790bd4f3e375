// Features: OpenMP directives and omp.h in host code, read or not
#include <omp.h>
#include "check.h"

__global__ void k(float* p) { p[threadIdx.x] = threadIdx.x; }
int main() {
    Device<float> p(64);
    k<<<1, 64>>>(p);
    auto h = p.host();
    double sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 64; i++) sum += h[i];
    EXPECT(sum == 2016 && omp_get_max_threads() >= 1);
    return done();
}
