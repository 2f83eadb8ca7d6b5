#include "dispatch/host/this_host.h"

#include "dispatch/base/once.h"
#include "dispatch/host/os.h"

namespace lanewise {

const Host& ThisHost() {
  static constinit Once<Host> host;
  return host.Get([] { return DetectHost(ReadHost(Detail::kTargets)); });
}

const CacheSizes& ThisCaches() {
  static constinit Once<CacheSizes> caches;
  return caches.Get([] {
    HostInput input = ReadHost(Detail::kTargets);
    ReadCaches(input);
    return DetectCaches(input);
  });
}

const HostInput& FullHostInput() {
  static constinit Once<HostInput> input;
  return input.Get([] {
    HostInput full = ReadHost(Detail::kFull);
    ReadCaches(full);
    return full;
  });
}

const Host& FullHost() {
  static constinit Once<Host> host;
  return host.Get([] {
    Host full = DetectHost(FullHostInput());
    full.caches = DetectCaches(FullHostInput());
    return full;
  });
}

}  // namespace lanewise
