// Lanes of a warp show each other a value.
#pragma once
#include "device.h"

extern "C" KM_CONST char* __km_scratch();

namespace km {
constexpr size_t kShown = 64;  // bytes a lane can show

/// Shows `v` to the warp and returns all lanes' values, indexed by lane. Two tables take turns, so that a lane which is one call ahead
/// does not overwrite what others still read.
template <class T> const T* show(const T& v) {
    static_assert(sizeof(T) <= kShown);
    char* mine = __km_scratch() + size_t(__km_lin() >> 5) * (2 * 32 * kShown + 64);
    auto turns = reinterpret_cast<unsigned char*>(mine) + (__km_lin() & 31);
    *turns ^= 1;
    T* table = reinterpret_cast<T*>(mine + 64 + size_t(*turns) * 32 * kShown);
    table[__km_lin() & 31] = v;
    __km_coll(Sync, ~0u, 0, 0, 32);
    return table;
}
}  // namespace km
