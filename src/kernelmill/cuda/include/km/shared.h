// `extern __shared__` at namespace scope becomes one of these.
#pragma once
#include "device.h"

namespace km {
template <class T> using Element = T;
template <class T> struct DynamicShared {
    operator T*() const { return reinterpret_cast<T*>(__km_dyn()); }
    template <class I> T& operator[](I i) const { return reinterpret_cast<T*>(__km_dyn())[i]; }
    T* operator&() const { return reinterpret_cast<T*>(__km_dyn()); }
};
}  // namespace km
