// CUDA arrays: images that textures and surfaces look at, and the copies to and from them. Rows lie one after another.
#pragma once
#include <algorithm>
#include "host_api.h"

enum cudaChannelFormatKind { cudaChannelFormatKindSigned, cudaChannelFormatKindUnsigned, cudaChannelFormatKindFloat, cudaChannelFormatKindNone };
struct cudaChannelFormatDesc { int x, y, z, w; cudaChannelFormatKind f; };
constexpr unsigned cudaArrayDefault = 0, cudaArrayLayered = 1, cudaArraySurfaceLoadStore = 2, cudaArrayCubemap = 4, cudaArrayTextureGather = 8;

struct cudaArray {
    char* data;
    cudaChannelFormatDesc format;
    size_t width, height, depth, texel;  // in elements, at least 1; bytes of an element
    cudaExtent extent;                   // as it was asked for
    unsigned flags;
    size_t pitch() const { return width * texel; }
};
typedef cudaArray* cudaArray_t;
typedef const cudaArray* cudaArray_const_t;
struct cudaMipmappedArray { cudaArray_t levels[16]; unsigned count; };
typedef cudaMipmappedArray* cudaMipmappedArray_t;
typedef const cudaMipmappedArray* cudaMipmappedArray_const_t;

inline cudaChannelFormatDesc cudaCreateChannelDesc(int x, int y, int z, int w, cudaChannelFormatKind f) { return {x, y, z, w, f}; }
namespace km {
/// What a vector type is made of; `float4` is four of `float`.
template <class T, class = void> struct Parts { using type = T; };
template <class T> struct Parts<T, std::void_t<decltype(std::declval<T&>().x)>> { using type = std::decay_t<decltype(std::declval<T&>().x)>; };
template <class C> constexpr cudaChannelFormatKind kind_of() {
    if (std::is_integral<C>::value) return std::is_signed<C>::value ? cudaChannelFormatKindSigned : cudaChannelFormatKindUnsigned;
    return cudaChannelFormatKindFloat;
}
}  // namespace km
template <class T> cudaChannelFormatDesc cudaCreateChannelDesc() {
    if constexpr (std::is_void<T>::value) {
        return {0, 0, 0, 0, cudaChannelFormatKindNone};
    } else {
        using C = typename km::Parts<T>::type;
        const int n = int(sizeof(T) / sizeof(C)), b = int(8 * sizeof(C));
        return {b, n > 1 ? b : 0, n > 2 ? b : 0, n > 3 ? b : 0, km::kind_of<C>()};
    }
}

inline cudaError_t cudaMalloc3DArray(cudaArray_t* out, const cudaChannelFormatDesc* format, cudaExtent e, unsigned flags = 0) {
    const size_t texel = size_t(format->x + format->y + format->z + format->w) / 8;
    if (!out || !texel || !e.width) return cudaErrorInvalidValue;
    auto* a = new cudaArray{nullptr, *format, e.width, std::max<size_t>(e.height, 1), std::max<size_t>(e.depth, 1), texel, e, flags};
    if (cudaError_t error = cudaMalloc(&a->data, a->pitch() * a->height * a->depth)) {
        delete a;
        return error;
    }
    *out = a;
    return cudaSuccess;
}
inline cudaError_t cudaMallocArray(cudaArray_t* out, const cudaChannelFormatDesc* format, size_t width, size_t height = 0, unsigned flags = 0) {
    return cudaMalloc3DArray(out, format, {width, height, 0}, flags);
}
inline cudaError_t cudaFreeArray(cudaArray_t a) {
    if (!a) return cudaSuccess;
    cudaError_t e = cudaFree(a->data);
    delete a;
    return e;
}
inline cudaError_t cudaArrayGetInfo(cudaChannelFormatDesc* format, cudaExtent* extent, unsigned* flags, cudaArray_t a) {
    if (format) *format = a->format;
    if (extent) *extent = a->extent;
    if (flags) *flags = a->flags;
    return cudaSuccess;
}
inline cudaError_t cudaGetChannelDesc(cudaChannelFormatDesc* format, cudaArray_const_t a) { *format = a->format; return cudaSuccess; }
inline cudaError_t cudaMallocMipmappedArray(cudaMipmappedArray_t* out, const cudaChannelFormatDesc* format, cudaExtent e, unsigned levels, unsigned flags = 0) {
    auto* m = new cudaMipmappedArray{};
    for (unsigned i = 0; i < std::min(levels, 16u); i++) {
        const auto half = [&](size_t n) { return n ? std::max<size_t>(n >> i, 1) : 0; };
        if (cudaError_t error = cudaMalloc3DArray(&m->levels[i], format, {half(e.width), half(e.height), flags & cudaArrayLayered ? e.depth : half(e.depth)}, flags)) return error;
        m->count = i + 1;
        if ((e.width >> i) <= 1 && (e.height >> i) <= 1 && (e.depth >> i) <= 1) break;
    }
    *out = m;
    return cudaSuccess;
}
inline cudaError_t cudaGetMipmappedArrayLevel(cudaArray_t* level, cudaMipmappedArray_const_t m, unsigned i) {
    if (i >= m->count) return cudaErrorInvalidValue;
    *level = m->levels[i];
    return cudaSuccess;
}
inline cudaError_t cudaFreeMipmappedArray(cudaMipmappedArray_t m) {
    for (unsigned i = 0; m && i < m->count; i++) cudaFreeArray(m->levels[i]);
    delete m;
    return cudaSuccess;
}

// Each copy is one or several of rows, sent to its stream: a stream that is captured keeps them.
inline cudaError_t cudaMemcpy2DToArrayAsync(cudaArray_t d, size_t x, size_t y, const void* s, size_t pitch, size_t width, size_t height, cudaMemcpyKind k, cudaStream_t stream = nullptr) {
    if (x + width > d->pitch() || y + height > d->height * d->depth) return cudaErrorInvalidValue;
    return cudaMemcpy2DAsync(d->data + y * d->pitch() + x, d->pitch(), s, pitch, width, height, k, stream);
}
inline cudaError_t cudaMemcpy2DFromArrayAsync(void* d, size_t pitch, cudaArray_const_t s, size_t x, size_t y, size_t width, size_t height, cudaMemcpyKind k, cudaStream_t stream = nullptr) {
    if (x + width > s->pitch() || y + height > s->height * s->depth) return cudaErrorInvalidValue;
    return cudaMemcpy2DAsync(d, pitch, s->data + y * s->pitch() + x, s->pitch(), width, height, k, stream);
}
inline cudaError_t cudaMemcpy2DToArray(cudaArray_t d, size_t x, size_t y, const void* s, size_t pitch, size_t w, size_t h, cudaMemcpyKind k) { return cudaMemcpy2DToArrayAsync(d, x, y, s, pitch, w, h, k); }
inline cudaError_t cudaMemcpy2DFromArray(void* d, size_t pitch, cudaArray_const_t s, size_t x, size_t y, size_t w, size_t h, cudaMemcpyKind k) { return cudaMemcpy2DFromArrayAsync(d, pitch, s, x, y, w, h, k); }
inline cudaError_t cudaMemcpy2DArrayToArray(cudaArray_t d, size_t dx, size_t dy, cudaArray_const_t s, size_t sx, size_t sy, size_t width, size_t height, cudaMemcpyKind k = cudaMemcpyDeviceToDevice) {
    return cudaMemcpy2D(d->data + dy * d->pitch() + dx, d->pitch(), s->data + sy * s->pitch() + sx, s->pitch(), width, height, k);
}
inline cudaError_t cudaMemcpyToArrayAsync(cudaArray_t d, size_t x, size_t y, const void* s, size_t n, cudaMemcpyKind k, cudaStream_t stream = nullptr) { return cudaMemcpyAsync(d->data + y * d->pitch() + x, s, n, k, stream); }
inline cudaError_t cudaMemcpyFromArrayAsync(void* d, cudaArray_const_t s, size_t x, size_t y, size_t n, cudaMemcpyKind k, cudaStream_t stream = nullptr) { return cudaMemcpyAsync(d, s->data + y * s->pitch() + x, n, k, stream); }
inline cudaError_t cudaMemcpyToArray(cudaArray_t d, size_t x, size_t y, const void* s, size_t n, cudaMemcpyKind k) { return cudaMemcpyToArrayAsync(d, x, y, s, n, k); }
inline cudaError_t cudaMemcpyFromArray(void* d, cudaArray_const_t s, size_t x, size_t y, size_t n, cudaMemcpyKind k) { return cudaMemcpyFromArrayAsync(d, s, x, y, n, k); }

struct cudaMemcpy3DParms {
    cudaArray_t srcArray;
    cudaPos srcPos;
    cudaPitchedPtr srcPtr;
    cudaArray_t dstArray;
    cudaPos dstPos;
    cudaPitchedPtr dstPtr;
    cudaExtent extent;  // in elements where an array takes part, else in bytes
    cudaMemcpyKind kind;
};
inline cudaError_t cudaMemcpy3DAsync(const cudaMemcpy3DParms* p, cudaStream_t stream = nullptr) {
    const size_t texel = p->srcArray ? p->srcArray->texel : p->dstArray ? p->dstArray->texel : 1, width = p->extent.width * texel;
    const auto side = [](cudaArray_t a, const cudaPitchedPtr& q, const cudaPos& at, size_t& pitch, size_t& slice) {
        pitch = a ? a->pitch() : q.pitch;
        slice = pitch * (a ? a->height : q.ysize);
        return (a ? a->data : static_cast<char*>(q.ptr)) + at.z * slice + at.y * pitch + at.x * (a ? a->texel : 1);
    };
    size_t dp, ds, sp, ss;
    char *d = side(p->dstArray, p->dstPtr, p->dstPos, dp, ds), *s = side(p->srcArray, p->srcPtr, p->srcPos, sp, ss);
    for (size_t z = 0; z < p->extent.depth; z++)
        if (cudaError_t e = cudaMemcpy2DAsync(d + z * ds, dp, s + z * ss, sp, width, p->extent.height, p->kind, stream)) return e;
    return cudaSuccess;
}
inline cudaError_t cudaMemcpy3D(const cudaMemcpy3DParms* p) { return cudaMemcpy3DAsync(p); }
inline cudaError_t cudaMemset3DAsync(cudaPitchedPtr p, int value, cudaExtent e, cudaStream_t stream = nullptr) {
    for (size_t z = 0; z < e.depth; z++)
        if (cudaError_t error = cudaMemset2DAsync(static_cast<char*>(p.ptr) + z * p.pitch * p.ysize, p.pitch, value, e.width, e.height, stream)) return error;
    return cudaSuccess;
}
inline cudaError_t cudaMemset3D(cudaPitchedPtr p, int value, cudaExtent e) { return cudaMemset3DAsync(p, value, e); }
