// Buffers and checks for the conformance programs: each exits with 0 when all it computed is right.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

inline int failures = 0;
#define OK(call)                                                                                   \
    do {                                                                                           \
        cudaError_t e_ = (call);                                                                   \
        if (e_ != cudaSuccess) std::printf("%d: %s\n", __LINE__, cudaGetErrorString(e_)), std::exit(2); \
    } while (0)
#define EXPECT(cond) ((cond) ? (void)0 : (void)(failures++ < 5 && std::printf("line %d: %s\n", __LINE__, #cond)))

template <class T> struct Device {
    T* p = nullptr;
    size_t n;
    explicit Device(size_t count) : n(count) { OK(cudaMalloc(&p, n * sizeof(T))); OK(cudaMemset(p, 0, n * sizeof(T))); }
    Device(const std::vector<T>& v) : Device(v.size()) { OK(cudaMemcpy(p, v.data(), n * sizeof(T), cudaMemcpyHostToDevice)); }
    Device(const Device&) = delete;
    ~Device() { cudaFree(p); }
    operator T*() const { return p; }
    void set(size_t i, const T& v) { OK(cudaMemcpy(p + i, &v, sizeof v, cudaMemcpyHostToDevice)); }
    std::vector<T> host() const {
        std::vector<T> v(n);
        OK(cudaDeviceSynchronize());
        OK(cudaMemcpy(v.data(), p, n * sizeof(T), cudaMemcpyDeviceToHost));
        return v;
    }
};

inline unsigned state = 12345;
inline unsigned bits() { return state = state * 1664525u + 1013904223u, state >> 8; }
inline std::vector<float> floats(size_t n, float lo = -1, float hi = 1) {
    std::vector<float> v(n);
    for (auto& x : v) x = lo + (hi - lo) * float(bits() & 0xffff) / 65536.0f;
    return v;
}
inline std::vector<int> ints(size_t n, int below) {
    std::vector<int> v(n);
    for (auto& x : v) x = int(bits() % unsigned(below));
    return v;
}
inline bool near(double a, double b, double tolerance = 1e-4) { return std::fabs(a - b) <= tolerance * (1 + std::fabs(b)); }
inline int done() {
    if (cudaError_t e = cudaDeviceSynchronize()) failures++, std::printf("%s\n", cudaGetErrorString(e));
    std::printf(failures ? "FAIL (%d)\n" : "PASS\n", failures);
    return failures != 0;
}
