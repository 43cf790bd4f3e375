// Textures and surfaces, by object and by reference. Addressing and filtering as the programming guide's appendix on texture fetching says, with
// the eight bits of fraction that interpolation has there.
#pragma once
#include "arrays.h"
#include "math.h"

enum cudaTextureAddressMode { cudaAddressModeWrap, cudaAddressModeClamp, cudaAddressModeMirror, cudaAddressModeBorder };
enum cudaTextureFilterMode { cudaFilterModePoint, cudaFilterModeLinear };
enum cudaTextureReadMode { cudaReadModeElementType, cudaReadModeNormalizedFloat };
enum cudaSurfaceBoundaryMode { cudaBoundaryModeZero, cudaBoundaryModeClamp, cudaBoundaryModeTrap };
enum cudaSurfaceFormatMode { cudaFormatModeForced, cudaFormatModeAuto };
enum cudaResourceType { cudaResourceTypeArray, cudaResourceTypeMipmappedArray, cudaResourceTypeLinear, cudaResourceTypePitch2D };
#define cudaTextureType1D 0x01
#define cudaTextureType2D 0x02
#define cudaTextureType3D 0x03
#define cudaTextureTypeCubemap 0x0C
#define cudaTextureType1DLayered 0xF1
#define cudaTextureType2DLayered 0xF2
#define cudaTextureTypeCubemapLayered 0xFC
typedef unsigned long long cudaTextureObject_t;
typedef unsigned long long cudaSurfaceObject_t;

struct cudaResourceDesc {
    cudaResourceType resType;
    union {
        struct { cudaArray_t array; } array;
        struct { cudaMipmappedArray_t mipmap; } mipmap;
        struct { void* devPtr; cudaChannelFormatDesc desc; size_t sizeInBytes; } linear;
        struct { void* devPtr; cudaChannelFormatDesc desc; size_t width, height, pitchInBytes; } pitch2D;
    } res;
    unsigned flags;
};
struct cudaTextureDesc {
    cudaTextureAddressMode addressMode[3];
    cudaTextureFilterMode filterMode;
    cudaTextureReadMode readMode;
    int sRGB;
    float borderColor[4];
    int normalizedCoords;
    unsigned maxAnisotropy;
    cudaTextureFilterMode mipmapFilterMode;
    float mipmapLevelBias, minMipmapLevelClamp, maxMipmapLevelClamp;
    int disableTrilinearOptimization, seamlessCubemap;
};
struct cudaResourceViewDesc { int format; size_t width, height, depth; unsigned firstMipmapLevel, lastMipmapLevel, firstLayer, lastLayer, reserved[16]; };

namespace km {
/// Elements in rows and slices; sizes in elements, distances in bytes.
struct Image {
    char* data;
    long width, height, depth;
    size_t pitch, slice;
};
struct Texture {
    Image base;
    cudaChannelFormatDesc format;
    size_t texel;
    cudaTextureDesc how;
    cudaResourceDesc what;
    cudaMipmappedArray_t levels;
};
inline Image image_of(const cudaArray& a) { return {a.data, long(a.width), long(a.height), long(a.depth), a.pitch(), a.pitch() * a.height}; }

inline Texture texture_over(const cudaResourceDesc& r, const cudaTextureDesc& t) {
    Texture x{};
    x.what = r;
    x.how = t;
    if (!t.normalizedCoords)  // repeating needs normalized coordinates
        for (auto& m : x.how.addressMode)
            if (m == cudaAddressModeWrap || m == cudaAddressModeMirror) m = cudaAddressModeClamp;
    switch (r.resType) {
        case cudaResourceTypeArray: x.base = image_of(*r.res.array.array), x.format = r.res.array.array->format; break;
        case cudaResourceTypeMipmappedArray: x.levels = r.res.mipmap.mipmap, x.base = image_of(*x.levels->levels[0]), x.format = x.levels->levels[0]->format; break;
        case cudaResourceTypeLinear: x.format = r.res.linear.desc, x.base = {static_cast<char*>(r.res.linear.devPtr), 0, 1, 1, 0, 0}; break;
        default: x.format = r.res.pitch2D.desc, x.base = {static_cast<char*>(r.res.pitch2D.devPtr), long(r.res.pitch2D.width), long(r.res.pitch2D.height), 1, r.res.pitch2D.pitchInBytes, 0};
    }
    x.texel = size_t(x.format.x + x.format.y + x.format.z + x.format.w) / 8;
    if (r.resType == cudaResourceTypeLinear && x.texel) x.base.width = long(r.res.linear.sizeInBytes / x.texel);
    return x;
}

/// One channel of the element at `p`, as C.
template <class C> KM_FN C channel(const Texture& t, const char* p, int c) {
    const int bits = t.format.x;
    const bool unit = t.how.readMode == cudaReadModeNormalizedFloat;
    if (c >= t.format.x / bits + t.format.y / bits + t.format.z / bits + t.format.w / bits) return C(0);
    const auto get = [&](auto zero) { __builtin_memcpy(&zero, p + size_t(c) * sizeof zero, sizeof zero); return zero; };
    if (t.format.f == cudaChannelFormatKindFloat) {
        if (bits == 16) return C(float(get(_Float16(0))));
        if constexpr (sizeof(C) == 4 && !std::is_same<C, float>::value) return get(C(0));
        else return C(get(0.0f));
    }
    const bool is_signed = t.format.f == cudaChannelFormatKindSigned;
    if (bits == 8) return is_signed ? (unit ? C(std::max(float(get((signed char)0)) / 127.0f, -1.0f)) : C(get((signed char)0))) : unit ? C(float(get((unsigned char)0)) / 255.0f) : C(get((unsigned char)0));
    if (bits == 16) return is_signed ? (unit ? C(std::max(float(get(short(0))) / 32767.0f, -1.0f)) : C(get(short(0)))) : unit ? C(float(get((unsigned short)0)) / 65535.0f) : C(get((unsigned short)0));
    if constexpr (sizeof(C) == 4) return get(C(0));
    else return is_signed ? C(get(0)) : C(get(0u));
}

/// The place that an index means; -1: the border.
KM_FN long address(long i, long n, cudaTextureAddressMode mode) {
    if (i >= 0 && i < n) return i;
    if (mode == cudaAddressModeClamp) return i < 0 ? 0 : n - 1;
    if (mode == cudaAddressModeBorder) return -1;
    const long period = mode == cudaAddressModeMirror ? 2 * n : n, r = (i % period + period) % period;
    return r < n ? r : period - 1 - r;
}
template <int D, class C> KM_FN C tap(const Texture& t, const Image& m, long i, long j, long k, int c) {
    i = address(i, m.width, t.how.addressMode[0]);
    j = D > 1 ? address(j, m.height, t.how.addressMode[1]) : 0;
    k = D > 2 ? address(k, m.depth, t.how.addressMode[2]) : 0;
    if (i < 0 || j < 0 || k < 0) return C(t.how.borderColor[c]);
    return channel<C>(t, m.data + size_t(k) * m.slice + size_t(j) * m.pitch + size_t(i) * t.texel, c);
}
KM_FN float bounded(float x) { return x > -1e9f ? (x < 1e9f ? x : 1e9f) : -1e9f; }
template <int D, class C> KM_FN void sample(const Texture& t, const Image& m, float x, float y, float z, int n, C* out) {
    if (t.how.normalizedCoords) x *= float(m.width), y *= float(m.height), z *= float(m.depth);
    x = bounded(x), y = bounded(y), z = bounded(z);
    if (t.how.filterMode == cudaFilterModePoint || (t.how.readMode == cudaReadModeElementType && t.format.f != cudaChannelFormatKindFloat)) {
        for (int c = 0; c < n; c++) out[c] = tap<D, C>(t, m, long(floorf(x)), D > 1 ? long(floorf(y)) : 0, D > 2 ? long(floorf(z)) : 0, c);
        return;
    }
    const auto split = [](float v, long& i) { v -= 0.5f; const float f = floorf(v); i = long(f); return floorf((v - f) * 256.0f + 0.5f) / 256.0f; };
    long i = 0, j = 0, k = 0;
    const float a = split(x, i), b = D > 1 ? split(y, j) : 0, e = D > 2 ? split(z, k) : 0;
    for (int c = 0; c < n; c++) {
        const auto row = [&](long jj, long kk) { return (1 - a) * tap<D, float>(t, m, i, jj, kk, c) + a * tap<D, float>(t, m, i + 1, jj, kk, c); };
        const auto plane = [&](long kk) { return D > 1 ? (1 - b) * row(j, kk) + b * row(j + 1, kk) : row(j, kk); };
        out[c] = C(D > 2 ? (1 - e) * plane(k) + e * plane(k + 1) : plane(k));
    }
}
/// `level` of a mipmapped texture, with linear steps between levels where the texture asks for them.
template <int D, class C> KM_FN void sample_level(const Texture& t, float level, float x, float y, float z, int n, C* out) {
    if (!t.levels) return sample<D>(t, t.base, x, y, z, n, out);
    level = std::min(std::max(level + t.how.mipmapLevelBias, t.how.minMipmapLevelClamp), std::min(t.how.maxMipmapLevelClamp, float(t.levels->count - 1)));
    if (!(level > 0)) level = 0;
    if (t.how.mipmapFilterMode == cudaFilterModePoint) return sample<D>(t, image_of(*t.levels->levels[int(level + 0.5f)]), x, y, z, n, out);
    const int low = int(level), high = std::min(low + 1, int(t.levels->count) - 1);
    C other[4];
    sample<D>(t, image_of(*t.levels->levels[low]), x, y, z, n, out);
    sample<D>(t, image_of(*t.levels->levels[high]), x, y, z, n, other);
    for (int c = 0; c < n; c++) out[c] = C(float(out[c]) * (1 - (level - float(low))) + float(other[c]) * (level - float(low)));
}
KM_FN Image layer_of(const Image& m, long layer) {
    Image one = m;
    one.data += size_t(std::min(std::max(layer, 0l), m.depth - 1)) * m.slice;
    return one;
}
/// Calls f(channels, where to) and makes a T of what it wrote.
template <class T, class F> KM_FN T gathered(F f) {
    using C = typename Parts<T>::type;
    C out[4];
    f(int(sizeof(T) / sizeof(C)), out);
    T r;
    __builtin_memcpy(&r, out, sizeof r);
    return r;
}
KM_FN const Texture& texture_at(cudaTextureObject_t o) { return *reinterpret_cast<const Texture*>(o); }

template <class T> KM_FN T fetch(const Texture& t, long i) {
    return gathered<T>([&](int n, auto* out) { for (int c = 0; c < n; c++) out[c] = i >= 0 && i < t.base.width ? channel<std::decay_t<decltype(*out)>>(t, t.base.data + size_t(i) * t.texel, c) : std::decay_t<decltype(*out)>(0); });
}
template <class T, int D> KM_FN T plain(const Texture& t, float x, float y, float z) {
    return gathered<T>([&](int n, auto* out) { sample<D>(t, t.base, x, y, z, n, out); });
}
template <class T, int D> KM_FN T level(const Texture& t, float x, float y, float z, float l) {
    return gathered<T>([&](int n, auto* out) { sample_level<D>(t, l, x, y, z, n, out); });
}
template <class T, int D> KM_FN T layer(const Texture& t, float x, float y, int l) {
    return gathered<T>([&](int n, auto* out) { sample<D>(t, layer_of(t.base, l), x, y, 0, n, out); });
}
/// The face that a direction meets, and where on it.
template <class T> KM_FN T cube(const Texture& t, float x, float y, float z, int l) {
    const float ax = fabsf(x), ay = fabsf(y), az = fabsf(z);
    int face;
    float m, s, v;
    if (ax >= ay && ax >= az) face = x > 0 ? 0 : 1, m = ax, s = x > 0 ? -z : z, v = -y;
    else if (ay >= az) face = y > 0 ? 2 : 3, m = ay, s = x, v = y > 0 ? z : -z;
    else face = z > 0 ? 4 : 5, m = az, s = z > 0 ? x : -x, v = -y;
    return layer<T, 2>(t, (s / m + 1) / 2, (v / m + 1) / 2, 6 * l + face);
}
/// One channel of the four elements that a linear filter would weigh, counter-clockwise from the lower left.
template <class T> KM_FN T four(const Texture& t, float x, float y, int c) {
    if (t.how.normalizedCoords) x *= float(t.base.width), y *= float(t.base.height);
    const long i = long(floorf(bounded(x) - 0.5f)), j = long(floorf(bounded(y) - 0.5f));
    return gathered<T>([&](int, auto* out) {
        using C = std::decay_t<decltype(*out)>;
        out[0] = tap<2, C>(t, t.base, i, j + 1, 0, c), out[1] = tap<2, C>(t, t.base, i + 1, j + 1, 0, c);
        out[2] = tap<2, C>(t, t.base, i + 1, j, 0, c), out[3] = tap<2, C>(t, t.base, i, j, 0, c);
    });
}
}  // namespace km

inline cudaError_t cudaCreateTextureObject(cudaTextureObject_t* o, const cudaResourceDesc* r, const cudaTextureDesc* t, const cudaResourceViewDesc*) {
    if (!o || !r || !t) return cudaErrorInvalidValue;
    if (r->resType != cudaResourceTypeLinear && t->filterMode == cudaFilterModeLinear) {
        const km::Texture x = km::texture_over(*r, *t);
        if (t->readMode == cudaReadModeElementType && x.format.f != cudaChannelFormatKindFloat) return cudaErrorInvalidValue;
    }
    *o = reinterpret_cast<cudaTextureObject_t>(new km::Texture(km::texture_over(*r, *t)));
    return cudaSuccess;
}
inline cudaError_t cudaDestroyTextureObject(cudaTextureObject_t o) { delete reinterpret_cast<km::Texture*>(o); return cudaSuccess; }
inline cudaError_t cudaGetTextureObjectResourceDesc(cudaResourceDesc* r, cudaTextureObject_t o) { *r = km::texture_at(o).what; return cudaSuccess; }
inline cudaError_t cudaGetTextureObjectTextureDesc(cudaTextureDesc* t, cudaTextureObject_t o) { *t = km::texture_at(o).how; return cudaSuccess; }

#define KM_FETCH(name, parameters, call) \
    template <class T> KM_FN T name(cudaTextureObject_t o, KM_ALL parameters) { const km::Texture& t = km::texture_at(o); return call; } \
    template <class T> KM_FN void name(T* out, cudaTextureObject_t o, KM_ALL parameters) { const km::Texture& t = km::texture_at(o); *out = call; }
#define KM_ALL(...) __VA_ARGS__
KM_FETCH(tex1Dfetch, (int i), km::fetch<T>(t, i))
KM_FETCH(tex1D, (float x), (km::plain<T, 1>(t, x, 0, 0)))
KM_FETCH(tex2D, (float x, float y), (km::plain<T, 2>(t, x, y, 0)))
KM_FETCH(tex3D, (float x, float y, float z), (km::plain<T, 3>(t, x, y, z)))
KM_FETCH(tex1DLod, (float x, float l), (km::level<T, 1>(t, x, 0, 0, l)))
KM_FETCH(tex2DLod, (float x, float y, float l), (km::level<T, 2>(t, x, y, 0, l)))
KM_FETCH(tex3DLod, (float x, float y, float z, float l), (km::level<T, 3>(t, x, y, z, l)))
KM_FETCH(tex1DLayered, (float x, int l), (km::layer<T, 1>(t, x, 0, l)))
KM_FETCH(tex2DLayered, (float x, float y, int l), (km::layer<T, 2>(t, x, y, l)))
KM_FETCH(texCubemap, (float x, float y, float z), km::cube<T>(t, x, y, z, 0))
KM_FETCH(texCubemapLayered, (float x, float y, float z, int l), km::cube<T>(t, x, y, z, l))
KM_FETCH(tex2Dgather, (float x, float y, int c = 0), km::four<T>(t, x, y, c))
#undef KM_FETCH

// References: a global that is bound to memory. `km_texture` stands for the `texture` of the source.
struct textureReference : km::Texture {
    int normalized = 0;
    cudaTextureFilterMode filterMode = cudaFilterModePoint;
    cudaTextureAddressMode addressMode[3] = {cudaAddressModeClamp, cudaAddressModeClamp, cudaAddressModeClamp};
    cudaChannelFormatDesc channelDesc{};
    int sRGB = 0;
    unsigned maxAnisotropy = 0;
};
template <class T, int D = 1, cudaTextureReadMode M = cudaReadModeElementType> struct km_texture : textureReference {
    km_texture(int n = 0, cudaTextureFilterMode f = cudaFilterModePoint, cudaTextureAddressMode a = cudaAddressModeClamp, cudaChannelFormatDesc d = cudaCreateChannelDesc<T>()) {
        normalized = n, filterMode = f, channelDesc = d;
        for (auto& m : addressMode) m = a;
    }
    km_texture(int n, cudaTextureFilterMode f, cudaTextureAddressMode a, int) : km_texture(n, f, a) {}
};
namespace km {
template <class T, cudaTextureReadMode M> struct Fetched { using type = T; };
template <class T> struct Fetched<T, cudaReadModeNormalizedFloat> {
    static constexpr int n = int(sizeof(T) / sizeof(typename Parts<T>::type));
    using type = std::conditional_t<n == 1, std::conditional_t<std::is_class<T>::value, float1, float>, std::conditional_t<n == 2, float2, float4>>;
};
template <class T, int D, cudaTextureReadMode M> cudaError_t bind(const km_texture<T, D, M>& reference, const cudaResourceDesc& r) {
    auto& x = const_cast<km_texture<T, D, M>&>(reference);
    cudaTextureDesc t{};
    for (int i = 0; i < 3; i++) t.addressMode[i] = x.addressMode[i];
    t.filterMode = x.filterMode, t.normalizedCoords = x.normalized, t.readMode = M;
    static_cast<Texture&>(x) = texture_over(r, t);
    return cudaSuccess;
}
}  // namespace km
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaBindTexture(size_t* offset, const km_texture<T, D, M>& x, const void* p, const cudaChannelFormatDesc& d, size_t n = ~0u) {
    cudaResourceDesc r{};
    r.resType = cudaResourceTypeLinear, r.res.linear = {const_cast<void*>(p), d, n};
    if (offset) *offset = 0;
    return km::bind(x, r);
}
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaBindTexture(size_t* offset, const km_texture<T, D, M>& x, const void* p, size_t n = ~0u) {
    return cudaBindTexture(offset, x, p, x.channelDesc, n);
}
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaBindTexture(size_t* offset, const km_texture<T, D, M>* x, const void* p, const cudaChannelFormatDesc* d, size_t n = ~0u) {
    return cudaBindTexture(offset, *x, p, *d, n);
}
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaBindTexture2D(size_t* offset, const km_texture<T, D, M>& x, const void* p, const cudaChannelFormatDesc& d, size_t w, size_t h, size_t pitch) {
    cudaResourceDesc r{};
    r.resType = cudaResourceTypePitch2D, r.res.pitch2D = {const_cast<void*>(p), d, w, h, pitch};
    if (offset) *offset = 0;
    return km::bind(x, r);
}
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaBindTexture2D(size_t* offset, const km_texture<T, D, M>& x, const void* p, size_t w, size_t h, size_t pitch) {
    return cudaBindTexture2D(offset, x, p, x.channelDesc, w, h, pitch);
}
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaBindTextureToArray(const km_texture<T, D, M>& x, cudaArray_const_t a) {
    cudaResourceDesc r{};
    r.resType = cudaResourceTypeArray, r.res.array.array = const_cast<cudaArray_t>(a);
    return km::bind(x, r);
}
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaBindTextureToArray(const km_texture<T, D, M>& x, cudaArray_const_t a, const cudaChannelFormatDesc&) { return cudaBindTextureToArray(x, a); }
template <class T, int D, cudaTextureReadMode M> cudaError_t cudaUnbindTexture(const km_texture<T, D, M>&) { return cudaSuccess; }
#define KM_FETCH(name, parameters, call) \
    template <class E, int D, cudaTextureReadMode M> KM_FN auto name(const km_texture<E, D, M>& t, KM_ALL parameters) { using T = typename km::Fetched<E, M>::type; return call; }
KM_FETCH(tex1Dfetch, (int i), km::fetch<T>(t, i))
KM_FETCH(tex1D, (float x), (km::plain<T, 1>(t, x, 0, 0)))
KM_FETCH(tex2D, (float x, float y), (km::plain<T, 2>(t, x, y, 0)))
KM_FETCH(tex3D, (float x, float y, float z), (km::plain<T, 3>(t, x, y, z)))
KM_FETCH(tex1DLayered, (float x, int l), (km::layer<T, 1>(t, x, 0, l)))
KM_FETCH(tex2DLayered, (float x, float y, int l), (km::layer<T, 2>(t, x, y, l)))
#undef KM_FETCH

// Surfaces: x counts bytes.
inline cudaError_t cudaCreateSurfaceObject(cudaSurfaceObject_t* o, const cudaResourceDesc* r) {
    if (!o || !r || r->resType != cudaResourceTypeArray) return cudaErrorInvalidValue;
    *o = reinterpret_cast<cudaSurfaceObject_t>(new km::Image(km::image_of(*r->res.array.array)));
    return cudaSuccess;
}
inline cudaError_t cudaDestroySurfaceObject(cudaSurfaceObject_t o) { delete reinterpret_cast<km::Image*>(o); return cudaSuccess; }
namespace km {
/// Where `bytes` at (x, y, z) lie, or null for what is outside and reads as zero.
KM_FN char* surface_at(cudaSurfaceObject_t o, long x, long y, long z, long bytes, cudaSurfaceBoundaryMode mode) {
    const Image& m = *reinterpret_cast<const Image*>(o);
    const long last = long(m.pitch) - bytes;
    if (x < 0 || x > last || y < 0 || y >= m.height || z < 0 || z >= m.depth) {
        if (mode == cudaBoundaryModeTrap) __km_trap("a surface access outside of its array", "", 700);
        if (mode == cudaBoundaryModeZero) return nullptr;
        x = std::min(std::max(x, 0l), last), y = std::min(std::max(y, 0l), m.height - 1), z = std::min(std::max(z, 0l), m.depth - 1);
    }
    return m.data + size_t(z) * m.slice + size_t(y) * m.pitch + size_t(x);
}
template <class T> KM_FN T surface_read(const char* p) { T r{}; if (p) __builtin_memcpy(&r, p, sizeof r); return r; }
template <class T> KM_FN void surface_write(char* p, const T& v) { if (p) __builtin_memcpy(p, &v, sizeof v); }
}  // namespace km
#define KM_SURFACE(kind, parameters, x, y, z) \
    template <class T> KM_FN T surf##kind##read(cudaSurfaceObject_t o, KM_ALL parameters, cudaSurfaceBoundaryMode m = cudaBoundaryModeTrap) { return km::surface_read<T>(km::surface_at(o, x, y, z, sizeof(T), m)); } \
    template <class T> KM_FN void surf##kind##read(T* out, cudaSurfaceObject_t o, KM_ALL parameters, cudaSurfaceBoundaryMode m = cudaBoundaryModeTrap) { *out = km::surface_read<T>(km::surface_at(o, x, y, z, sizeof(T), m)); } \
    template <class T> KM_FN void surf##kind##write(T v, cudaSurfaceObject_t o, KM_ALL parameters, cudaSurfaceBoundaryMode m = cudaBoundaryModeTrap) { km::surface_write(km::surface_at(o, x, y, z, sizeof(T), m), v); }
KM_SURFACE(1D, (int x), x, 0, 0)
KM_SURFACE(2D, (int x, int y), x, y, 0)
KM_SURFACE(3D, (int x, int y, int z), x, y, z)
KM_SURFACE(1DLayered, (int x, int layer), x, 0, layer)
KM_SURFACE(2DLayered, (int x, int y, int layer), x, y, layer)
KM_SURFACE(Cubemap, (int x, int y, int face), x, y, face)
#undef KM_SURFACE
#undef KM_ALL
