// Features: every distribution of cuRAND's host interface, its offsets, quasi-random sequences and captures refused
#include <curand.h>
#include "check.h"

template <class T> void moments(const Device<T>& d, double mean, double variance, int line) {
    double s = 0, q = 0;
    for (T x : d.host()) s += double(x), q += double(x) * double(x);
    s /= double(d.n), q = q / double(d.n) - s * s;
    if (fabs(s - mean) > 0.02 * (1 + fabs(mean)) || fabs(q - variance) > 0.05 * (1 + variance)) failures++, printf("line %d: mean %g variance %g\n", line, s, q);
}

int main() {
    const size_t n = 1 << 17;
    Device<float> f(n), again(n);
    Device<double> d(n);
    Device<unsigned> u(n);
    curandGenerator_t g;
    EXPECT(curandCreateGenerator(&g, CURAND_RNG_PSEUDO_DEFAULT) == CURAND_STATUS_SUCCESS);
    curandSetPseudoRandomGeneratorSeed(g, 42);
    EXPECT(curandGenerateUniform(g, f, n) == CURAND_STATUS_SUCCESS);
    moments(f, 0.5, 1.0 / 12, __LINE__);
    for (float x : f.host()) EXPECT(x > 0 && x <= 1);
    curandSetPseudoRandomGeneratorSeed(g, 42);
    curandSetGeneratorOffset(g, 100);
    curandGenerateUniform(g, again, n);
    EXPECT(again.host()[0] == f.host()[100]);
    curandGenerateUniformDouble(g, d, n);
    moments(d, 0.5, 1.0 / 12, __LINE__);
    curandGenerateNormal(g, f, n, 3, 2);
    moments(f, 3, 4, __LINE__);
    curandGenerateNormalDouble(g, d, n, -1, 0.5);
    moments(d, -1, 0.25, __LINE__);
    curandGenerateLogNormal(g, f, n, 0, 0.25f);
    moments(f, exp(1.0 / 32), (exp(1.0 / 16) - 1) * exp(1.0 / 16), __LINE__);
    curandGenerateLogNormalDouble(g, d, n, 0, 0.25);
    moments(d, exp(1.0 / 32), (exp(1.0 / 16) - 1) * exp(1.0 / 16), __LINE__);
    EXPECT(curandGeneratePoisson(g, u, n, 4) == CURAND_STATUS_SUCCESS);
    moments(u, 4, 4, __LINE__);

    cudaStream_t s;
    cudaStreamCreate(&s);
    cudaGraph_t graph;
    const float first = f.host()[0];
    cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed);
    EXPECT(curandGenerateUniform(g, f, n) != CURAND_STATUS_SUCCESS && cudaGetLastError() == cudaErrorStreamCaptureUnsupported);
    cudaStreamEndCapture(s, &graph);
    EXPECT(f.host()[0] == first);
    curandGenerator_t quasi;
    EXPECT(curandCreateGenerator(&quasi, CURAND_RNG_QUASI_SOBOL32) == CURAND_STATUS_TYPE_ERROR);
    curandDestroyGenerator(g);
    return done();
}
