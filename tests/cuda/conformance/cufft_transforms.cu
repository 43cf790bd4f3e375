// Features: cuFFT in one, two and three dimensions, real and complex, batches and strides, sizes with small and large primes
#include <complex>
#include <cufft.h>
#include "check.h"

using Z = std::complex<double>;
static Z direct(const std::vector<Z>& x, int k, int sign) {
    Z s = 0;
    const double n = double(x.size());
    for (size_t j = 0; j < x.size(); j++) s += x[j] * std::polar(1.0, sign * 2 * M_PI * double(j * size_t(k) % x.size()) / n);
    return s;
}
static Z value(int i) { return {std::sin(1.7 * i) + 0.1 * (i % 5), std::cos(0.3 * i * i)}; }
static double apart(cufftComplex a, Z b) { return std::abs(Z(a.x, a.y) - b); }

int main() {
    for (int n : {1, 8, 12, 60, 67, 134, 1009}) {
        const int batch = 2;
        Device<cufftComplex> in(n * batch), out(n * batch);
        std::vector<std::vector<Z>> x(batch);
        for (int b = 0; b < batch; b++)
            for (int i = 0; i < n; i++) x[b].push_back(value(b * 100 + i)), in.set(b * n + i, make_cuComplex(float(x[b][i].real()), float(x[b][i].imag())));
        cufftHandle p;
        EXPECT(cufftPlan1d(&p, n, CUFFT_C2C, batch) == CUFFT_SUCCESS);
        EXPECT(cufftExecC2C(p, in, out, CUFFT_FORWARD) == CUFFT_SUCCESS);
        for (int b = 0; b < batch; b++)
            for (int k = 0; k < n; k += 1 + n / 7) EXPECT(apart(out.host()[b * n + k], direct(x[b], k, -1)) < 1e-3 * n);
        EXPECT(cufftExecC2C(p, out, out, CUFFT_INVERSE) == CUFFT_SUCCESS);
        for (int i = 0; i < n; i++) EXPECT(apart(out.host()[i], x[0][i] * double(n)) < 1e-4 * n);
        cufftDestroy(p);
    }
    {  // real, there and back, in place with padding
        const int nx = 6, ny = 10, width = 2 * (ny / 2 + 1);
        Device<float> real(nx * ny), padded(nx * width);
        Device<cufftComplex> half(nx * (ny / 2 + 1));
        for (int i = 0; i < nx; i++)
            for (int j = 0; j < ny; j++) {
                const float v = float(value(i * ny + j).real());
                real.set(i * ny + j, v), padded.set(i * width + j, v);
            }
        cufftHandle f, b;
        cufftPlan2d(&f, nx, ny, CUFFT_R2C);
        cufftPlan2d(&b, nx, ny, CUFFT_C2R);
        EXPECT(cufftExecR2C(f, real, half) == CUFFT_SUCCESS);
        EXPECT(cufftExecR2C(f, padded, (cufftComplex*)(float*)padded) == CUFFT_SUCCESS);
        for (int i = 0; i < nx; i++)
            for (int k = 0; k <= ny / 2; k++) {
                Z s = 0;
                for (int u = 0; u < nx; u++)
                    for (int v = 0; v < ny; v++) s += value(u * ny + v).real() * std::polar(1.0, -2 * M_PI * (double(u * i) / nx + double(v * k) / ny));
                EXPECT(apart(half.host()[i * (ny / 2 + 1) + k], s) < 1e-3);
                EXPECT(std::abs(padded.host()[i * width + 2 * k] - s.real()) < 1e-3);
            }
        Device<float> back(nx * ny);
        EXPECT(cufftExecC2R(b, half, back) == CUFFT_SUCCESS);
        for (int i = 0; i < nx * ny; i++) EXPECT(std::abs(back.host()[i] / (nx * ny) - value(i).real()) < 1e-4);
        EXPECT(cufftExecC2C(f, half, half, CUFFT_FORWARD) == CUFFT_INVALID_TYPE);
    }
    {  // three dimensions in double; columns of a matrix by stride
        Device<cufftDoubleComplex> a(2 * 3 * 4);
        for (int i = 0; i < 24; i++) a.set(i, make_cuDoubleComplex(value(i).real(), value(i).imag()));
        auto before = a.host();
        cufftHandle p;
        cufftPlan3d(&p, 2, 3, 4, CUFFT_Z2Z);
        cufftExecZ2Z(p, a, a, CUFFT_FORWARD);
        Z total = 0;
        for (auto& v : before) total += Z(v.x, v.y);
        EXPECT(std::abs(Z(a.host()[0].x, a.host()[0].y) - total) < 1e-12);
        cufftExecZ2Z(p, a, a, CUFFT_INVERSE);
        for (int i = 0; i < 24; i++) EXPECT(std::abs(a.host()[i].x / 24 - before[i].x) < 1e-12);
        int n[1] = {6};
        cufftPlanMany(&p, 1, n, n, 4, 1, n, 4, 1, CUFFT_Z2Z, 4);
        cufftExecZ2Z(p, a, a, CUFFT_FORWARD);
        std::vector<Z> column;
        for (int i = 0; i < 6; i++) column.push_back(Z(before[i * 4 + 2].x, before[i * 4 + 2].y) * 24.0);
        for (int k = 0; k < 6; k++) EXPECT(std::abs(Z(a.host()[k * 4 + 2].x, a.host()[k * 4 + 2].y) - direct(column, k, -1)) < 1e-9);
    }
    return done();
}
