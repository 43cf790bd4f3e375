// Features: double precision, two scalars
#include "check.h"

__global__ void axpby(double a, const double* x, double b, double* y, size_t n) {
    size_t i = blockIdx.x * size_t(blockDim.x) + threadIdx.x;
    if (i < n) y[i] = a * x[i] + b * y[i];
}
int main() {
    std::vector<double> x(333), y(333);
    for (int i = 0; i < 333; i++) x[i] = i * 0.5, y[i] = i;
    Device<double> X(x), Y(y);
    axpby<<<3, 128>>>(2.0, X, -1.0, Y, x.size());
    auto r = Y.host();
    for (int i = 0; i < 333; i++) EXPECT(r[i] == 0);
    return done();
}
