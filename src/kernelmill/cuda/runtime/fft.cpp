// Fourier transforms behind cuFFT, in double: the mixed-radix recursion of Cooley and Tukey, and Bluestein's convolution for large prime factors.
#include <cmath>
#include <complex>
#include <map>
#include <vector>

#include "launch.h"

namespace {
using Complex = std::complex<double>;
// As in cufft.h.
enum Type { R2C = 0x2a, C2R = 0x2c, C2C = 0x29, D2Z = 0x6a, Z2D = 0x6c };
enum Result { Success = 0, InvalidPlan = 1, InvalidType = 3, InvalidValue = 4, InvalidSize = 8 };

struct Plan {
    int rank = 0;
    long n[3] = {1, 1, 1};  // the last varies fastest
    long in_embed[3], out_embed[3], in_stride = 1, out_stride = 1, in_distance = 0, out_distance = 0;
    bool simple = true;
    int type = C2C;
    long batch = 1;
};
std::map<int, Plan>& plans() {
    static auto* all = new std::map<int, Plan>;
    return *all;
}
int made = 0;

Complex root(long k, long n, int sign) { return std::polar(1.0, double(sign) * 2 * M_PI * double(k % n) / double(n)); }

void transform(std::vector<Complex>& a, int sign);

/// A prime size as a convolution of a size that is a power of two.
void bluestein(std::vector<Complex>& a, int sign) {
    const long n = long(a.size());
    long m = 1;
    while (m < 2 * n - 1) m *= 2;
    std::vector<Complex> chirp(static_cast<size_t>(n)), x(static_cast<size_t>(m)), y(static_cast<size_t>(m));
    for (long k = 0; k < n; k++) chirp[k] = root(k * k % (2 * n), 2 * n, sign);
    for (long k = 0; k < n; k++) x[k] = a[k] * chirp[k];
    for (long k = 0; k < n; k++) y[k] = y[(m - k) % m] = std::conj(chirp[k]);
    transform(x, -1);
    transform(y, -1);
    for (long k = 0; k < m; k++) x[k] *= y[k];
    transform(x, 1);
    for (long k = 0; k < n; k++) a[k] = x[k] / double(m) * chirp[k];
}

struct Roots {
    std::vector<Complex> table;
    long n;
    int sign;
    const Complex& at(long k, long of) const { return table[k % of * (n / of)]; }
};

void step(const Complex* in, long stride, Complex* out, long n, const Roots& w) {
    if (n == 1) {
        *out = *in;
        return;
    }
    long r = n % 4 == 0 ? 4 : 2;
    while (n % r && r * r <= n) r++;
    if (n % r) r = n;
    if (r > 64) {  // a large prime, alone
        std::vector<Complex> a(static_cast<size_t>(n));
        for (long k = 0; k < n; k++) a[k] = in[k * stride];
        if (r == n) {
            bluestein(a, w.sign);
            std::copy(a.begin(), a.end(), out);
            return;
        }
    }
    const long m = n / r;
    for (long q = 0; q < r; q++) step(in + q * stride, stride * r, out + q * m, m, w);
    std::vector<Complex> t(static_cast<size_t>(r));
    for (long k = 0; k < m; k++) {
        for (long q = 0; q < r; q++) t[q] = out[q * m + k] * w.at(q * k, n);
        for (long p = 0; p < r; p++) {
            Complex s = t[0];
            for (long q = 1; q < r; q++) s += t[q] * w.at(p * q, r);
            out[p * m + k] = s;
        }
    }
}

void transform(std::vector<Complex>& a, int sign) {
    const long n = long(a.size());
    static thread_local std::map<std::pair<long, int>, Roots> known;
    Roots& w = known[{n, sign}];
    if (w.table.empty()) {
        w.n = n, w.sign = sign;
        for (long k = 0; k < n; k++) w.table.push_back(root(k, n, sign));
    }
    std::vector<Complex> out(a.size());
    step(a.data(), 1, out.data(), n, w);
    a.swap(out);
}

/// All dimensions of one dense array.
void transform_all(const Plan& p, std::vector<Complex>& a, int sign) {
    long stride = 1;
    for (int d = p.rank - 1; d >= 0; d--) {
        const long n = p.n[d], total = long(a.size());
        std::vector<Complex> line(static_cast<size_t>(n));
        for (long base = 0; base < total && n > 1; base++) {
            if (base / stride % n) continue;
            for (long k = 0; k < n; k++) line[k] = a[base + k * stride];
            transform(line, sign);
            for (long k = 0; k < n; k++) a[base + k * stride] = line[k];
        }
        stride *= n;
    }
}

Complex load(const void* p, long i, bool real, bool wide) {
    if (real) return wide ? static_cast<const double*>(p)[i] : double(static_cast<const float*>(p)[i]);
    if (wide) return static_cast<const Complex*>(p)[i];
    return Complex(static_cast<const std::complex<float>*>(p)[i]);
}
void store(void* p, long i, Complex v, bool real, bool wide) {
    if (real && wide) static_cast<double*>(p)[i] = v.real();
    else if (real) static_cast<float*>(p)[i] = float(v.real());
    else if (wide) static_cast<Complex*>(p)[i] = v;
    else static_cast<std::complex<float>*>(p)[i] = std::complex<float>(v);
}

void run(const Plan& p, const void* in, void* out, int sign) {
    const bool wide = p.type & 0x40, from_real = p.type == R2C || p.type == D2Z, to_real = p.type == C2R || p.type == Z2D;
    const int last = p.rank - 1;
    const long n = p.n[last], half = n / 2 + 1;
    Plan q = p;
    if (p.simple) {  // dense; the real side of a transform in place is padded
        const long real_width = in == out ? 2 * half : n, in_width = from_real ? real_width : to_real ? half : n, out_width = to_real ? real_width : from_real ? half : n;
        q.in_distance = in_width, q.out_distance = out_width;
        for (int d = 0; d < last; d++) q.in_distance *= p.n[d], q.out_distance *= p.n[d];
        for (int d = 0; d < p.rank; d++) q.in_embed[d] = q.out_embed[d] = p.n[d];
        q.in_embed[last] = in_width, q.out_embed[last] = out_width;
        q.in_stride = q.out_stride = 1;
    }
    const long n0 = p.rank > 2 ? p.n[p.rank - 3] : 1, n1 = p.rank > 1 ? p.n[p.rank - 2] : 1;
    const auto place = [&](const long* embed, long stride, long i, long j, long k) { return ((i * (p.rank > 1 ? embed[p.rank - 2] : 1) + j) * embed[last] + k) * stride; };
    std::vector<Complex> a(static_cast<size_t>(n0 * n1 * n));
    for (long b = 0; b < p.batch; b++) {
        for (long i = 0; i < n0; i++)
            for (long j = 0; j < n1; j++)
                for (long k = 0; k < n; k++) {
                    const bool mirror = to_real && k >= half;
                    const long at = mirror ? place(q.in_embed, q.in_stride, (n0 - i) % n0, (n1 - j) % n1, n - k) : place(q.in_embed, q.in_stride, i, j, k);
                    const Complex v = load(in, b * q.in_distance + at, from_real, wide);
                    a[(i * n1 + j) * n + k] = mirror ? std::conj(v) : v;
                }
        transform_all(p, a, sign);
        for (long i = 0; i < n0; i++)
            for (long j = 0; j < n1; j++)
                for (long k = 0; k < (from_real ? half : n); k++) store(out, b * q.out_distance + place(q.out_embed, q.out_stride, i, j, k), a[(i * n1 + j) * n + k], to_real, wide);
    }
}
}  // namespace

extern "C" {
int cufftCreate(int* plan) {
    if (!plan) return InvalidValue;
    plans()[*plan = ++made];
    return Success;
}
int cufftDestroy(int plan) { return plans().erase(plan) ? Success : InvalidPlan; }
int cufftMakePlanMany(int plan, int rank, int* n, int* inembed, int istride, int idist, int* onembed, int ostride, int odist, int type, int batch, size_t* work) {
    auto it = plans().find(plan);
    if (it == plans().end()) return InvalidPlan;
    if (rank < 1 || rank > 3 || batch < 1) return InvalidValue;
    Plan p;
    p.rank = rank, p.type = type, p.batch = batch;
    p.simple = !inembed || !onembed;
    p.in_stride = istride, p.in_distance = idist, p.out_stride = ostride, p.out_distance = odist;
    for (int d = 0; d < rank; d++) {
        if (n[d] < 1) return InvalidSize;
        p.n[d] = n[d];
        if (!p.simple) p.in_embed[d] = inembed[d], p.out_embed[d] = onembed[d];
    }
    it->second = p;
    if (work) *work = 0;
    return Success;
}
int __km_fft(int plan, const void* in, void* out, int type, int sign) {
    auto it = plans().find(plan);
    if (it == plans().end() || !it->second.rank) return InvalidPlan;
    const Plan p = it->second;
    if (p.type != type) return InvalidType;
    if (!in || !out) return InvalidValue;
    if (auto g = km::recording_anywhere()) {
        km::record(g, 0, [=] { run(p, in, out, sign); return cudaSuccess; });
        return Success;
    }
    run(p, in, out, sign);
    return Success;
}
}
