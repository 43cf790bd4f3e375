// Device memory: every allocation starts on a page and ends at a page nobody may touch; the bytes between its end and that page are watched.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>

#include "engine.h"
#include "launch.h"

using namespace km;

namespace {

constexpr size_t kPage = 4096;
constexpr unsigned char kCanary = 0xc9;

struct Allocation {
    size_t size, mapped;
    char* map;  // null: from malloc
    cudaMemoryType type;
};
std::map<char*, Allocation>& all() {
    static auto* m = new std::map<char*, Allocation>;  // kept to the end: destructors of the program may free
    return *m;
}
std::mutex lock;

char* find(const void* p, Allocation** a) {
    auto c = static_cast<char*>(const_cast<void*>(p));
    auto it = all().upper_bound(c);
    if (it == all().begin()) return nullptr;
    --it;
    if (c >= it->first + std::max<size_t>(it->second.size, 1)) return nullptr;
    *a = &it->second;
    return it->first;
}

void check_canary(char* p, const Allocation& a) {
    if (!a.map) return;
    char* end = a.map + kPage + a.mapped;
    for (char* c = p + a.size; c < end; c++)
        if (static_cast<unsigned char>(*c) != kCanary) {
            char text[160];
            snprintf(text, sizeof text, "kernelmill cuda: a write %zd bytes past the end of an allocation of %zu bytes\n", c - (p + a.size), a.size);
            say(text);
            set_error(cudaErrorIllegalAddress, true);
            return;
        }
}

/// Maps `size` bytes before a guard page, whatever state the device is in.
cudaError_t map_pages(void** out, size_t size, cudaMemoryType type) {
    *out = nullptr;
    if (!size) return cudaSuccess;
    static const size_t limit = size_t(sysconf(_SC_PHYS_PAGES)) * kPage;
    if (size > limit) return set_error(cudaErrorMemoryAllocation);
    // The end is as near to the guard page as the 256 bytes of alignment that CUDA promises allow.
    size_t rounded = (size + 255) / 256 * 256, mapped = (rounded + kPage - 1) / kPage * kPage;
    auto map = static_cast<char*>(mmap(nullptr, mapped + 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (map == MAP_FAILED) return set_error(cudaErrorMemoryAllocation);
    mprotect(map, kPage, PROT_NONE);
    mprotect(map + kPage + mapped, kPage, PROT_NONE);
    char* p = map + kPage + mapped - rounded;
    memset(p + size, kCanary, rounded - size);
    if ((settings().seed || settings().vary) && type == cudaMemoryTypeDevice && size < (64u << 20)) memset(p, 0xff, size);
    std::lock_guard hold(lock);
    all()[p] = {size, mapped, map, type};
    *out = p;
    return cudaSuccess;
}

cudaError_t allocate(void** out, size_t size, cudaMemoryType type) {
    if (!out) return set_error(cudaErrorInvalidValue);
    if (auto e = sticky_error()) return e;
    return map_pages(out, size, type);
}

cudaError_t release(void* p) {
    if (!p) return cudaSuccess;
    std::lock_guard hold(lock);
    auto it = all().find(static_cast<char*>(p));
    if (it == all().end()) return set_error(cudaErrorInvalidValue);
    Allocation a = it->second;
    check_canary(it->first, a);
    all().erase(it);
    munmap(a.map, a.mapped + 2 * kPage);
    return sticky_error();
}

/// A range that starts in an allocation must end in it.
bool fits(const void* p, size_t n) {
    Allocation* a;
    char* base = find(p, &a);
    return !base || static_cast<const char*>(p) + n <= base + a->size;
}

cudaError_t copy(void* d, const void* s, size_t n, int kind) {
    if (auto e = sticky_error()) return e;
    if (kind < 0 || kind > 4) return set_error(cudaErrorInvalidMemcpyDirection);
    if (!n) return cudaSuccess;
    {
        std::lock_guard hold(lock);
        if (!d || !s || !fits(d, n) || !fits(s, n)) return set_error(cudaErrorInvalidValue);
    }
    memmove(d, s, n);
    return cudaSuccess;
}

cudaError_t copy2d(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, int kind) {
    if (w > dp || w > sp) return set_error(cudaErrorInvalidPitchValue);
    for (size_t i = 0; i < h; i++)
        if (auto e = copy(static_cast<char*>(d) + i * dp, static_cast<const char*>(s) + i * sp, w, kind)) return e;
    return cudaSuccess;
}

}  // namespace

namespace km {
void check_all_canaries() {
    std::lock_guard hold(lock);
    for (auto& [p, a] : all()) check_canary(p, a);
}
}  // namespace km

extern "C" {
cudaError_t cudaMalloc(void** p, size_t n) { return allocate(p, n, cudaMemoryTypeDevice); }
cudaError_t cudaMallocManaged(void** p, size_t n, unsigned) { return n ? allocate(p, n, cudaMemoryTypeManaged) : set_error(cudaErrorInvalidValue); }
cudaError_t cudaMallocHost(void** p, size_t n, unsigned) { return allocate(p, n, cudaMemoryTypeHost); }
void* km_host_pages(size_t n) {
    void* p;
    map_pages(&p, n, cudaMemoryTypeHost);
    return p;
}
cudaError_t cudaFree(void* p) { return release(p); }
cudaError_t cudaFreeHost(void* p) { return release(p); }
cudaError_t cudaMallocPitch(void** p, size_t* pitch, size_t w, size_t h) {
    if (!pitch) return set_error(cudaErrorInvalidValue);
    *pitch = (w + 511) / 512 * 512;
    return allocate(p, *pitch * h, cudaMemoryTypeDevice);
}
cudaError_t cudaMalloc3D(cudaPitchedPtr* p, cudaExtent e) {
    p->pitch = (e.width + 511) / 512 * 512;
    p->xsize = e.width;
    p->ysize = e.height;
    return allocate(&p->ptr, p->pitch * e.height * e.depth, cudaMemoryTypeDevice);
}
cudaError_t cudaMemcpy(void* d, const void* s, size_t n, cudaMemcpyKind k) {
    if (n >= 65536) check_all_canaries();
    return copy(d, s, n, k);
}
cudaError_t cudaMemcpyAsync(void* d, const void* s, size_t n, cudaMemcpyKind k, cudaStream_t stream) {
    if (auto g = recording(stream)) return record(g, 1, [=] { return copy(d, s, n, k); });
    return copy(d, s, n, k);
}
cudaError_t cudaMemcpy2D(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, cudaMemcpyKind k) { return copy2d(d, dp, s, sp, w, h, k); }
cudaError_t cudaMemcpy2DAsync(void* d, size_t dp, const void* s, size_t sp, size_t w, size_t h, cudaMemcpyKind k, cudaStream_t stream) {
    if (auto g = recording(stream)) return record(g, 1, [=] { return copy2d(d, dp, s, sp, w, h, k); });
    return copy2d(d, dp, s, sp, w, h, k);
}
cudaError_t cudaMemcpyPeer(void* d, int, const void* s, int, size_t n) { return copy(d, s, n, cudaMemcpyDefault); }
cudaError_t cudaMemset(void* d, int v, size_t n) {
    if (auto e = sticky_error()) return e;
    if (!n) return cudaSuccess;
    {
        std::lock_guard hold(lock);
        if (!d || !fits(d, n)) return set_error(cudaErrorInvalidValue);
    }
    memset(d, v, n);
    return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* d, int v, size_t n, cudaStream_t stream) {
    if (auto g = recording(stream)) return record(g, 2, [=] { return cudaMemset(d, v, n); });
    return cudaMemset(d, v, n);
}
cudaError_t cudaMemset2D(void* d, size_t pitch, int v, size_t w, size_t h) {
    for (size_t i = 0; i < h; i++)
        if (auto e = cudaMemset(static_cast<char*>(d) + i * pitch, v, w)) return e;
    return cudaSuccess;
}
cudaError_t cudaMemset2DAsync(void* d, size_t pitch, int v, size_t w, size_t h, cudaStream_t stream) {
    if (auto g = recording(stream)) return record(g, 2, [=] { return cudaMemset2D(d, pitch, v, w, h); });
    return cudaMemset2D(d, pitch, v, w, h);
}
cudaError_t cudaMemGetInfo(size_t* free_bytes, size_t* total) {
    size_t whole = size_t(sysconf(_SC_PHYS_PAGES)) * kPage, used = 0;
    std::lock_guard hold(lock);
    for (auto& [p, a] : all()) used += a.mapped;
    if (free_bytes) *free_bytes = whole > used ? whole - used : 0;
    if (total) *total = whole;
    return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* out, const void* p) {
    std::lock_guard hold(lock);
    Allocation* a;
    *out = {};
    if (!find(p, &a)) {
        out->type = cudaMemoryTypeUnregistered;
        out->device = -2;
        out->hostPointer = const_cast<void*>(p);
        return cudaSuccess;
    }
    out->type = a->type;
    out->devicePointer = const_cast<void*>(p);
    out->hostPointer = a->type == cudaMemoryTypeDevice ? nullptr : const_cast<void*>(p);
    return cudaSuccess;
}
}
