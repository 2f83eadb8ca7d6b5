// The machine that this process runs on, read once and kept, in parts: in a virtual machine every
// CPUID leaf costs a trap, so dispatch reads no more than what decides the targets. All of these
// throw when memory is short, and the next call tries again.

#ifndef LANEWISE_DISPATCH_HOST_THIS_HOST_H_
#define LANEWISE_DISPATCH_HOST_THIS_HOST_H_

#include "dispatch/host/host.h"

namespace lanewise {

// What decides the targets; names stay empty.
const Host& ThisHost();
// Asked for by the first call that is large enough for a cache to matter.
const CacheSizes& ThisCaches();
// With names and caches, for reports: the registers, and what they mean.
const HostInput& FullHostInput();
const Host& FullHost();

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_HOST_THIS_HOST_H_
