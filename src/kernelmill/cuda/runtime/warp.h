// Collectives among the lanes of a warp.
#pragma once
#include "engine.h"

namespace km {
/// Completes the collectives of one warp that are ready; `partial` also those that wait for lanes that will not come. True if any.
bool resolve_warp(Worker& w, uint32_t base, uint32_t end, bool partial);
/// The same for a whole block in step at one continuation; false when the general way has to decide.
bool resolve_all(Worker& w, const Segment& at);
}  // namespace km
