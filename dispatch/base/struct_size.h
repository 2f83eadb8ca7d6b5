// The growth rule of structs that begin with struct_size (lanewise.h), in one place.

#ifndef LANEWISE_DISPATCH_BASE_STRUCT_SIZE_H_
#define LANEWISE_DISPATCH_BASE_STRUCT_SIZE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "dispatch/base/error.h"

namespace lanewise {

// Sizes in release 0.1, the smallest that are accepted. They never change.
inline constexpr uint32_t kKernelRecordSmallest = 88;
inline constexpr uint32_t kCallOptionsSmallest = 40;
static_assert(sizeof(lw_kernel_record) >= kKernelRecordSmallest);
static_assert(sizeof(lw_call_options) >= kCallOptionsSmallest);
// Options have no padding at the end, whose bytes a caller need not set and which must be 0 when
// an older library reads them.
static_assert(offsetof(lw_call_options, first_bad_index) + sizeof(int64_t) ==
              sizeof(lw_call_options));

// More than any struct will have: struct_size was never set.
inline constexpr uint32_t kLargestStruct = 4096;

inline lw_status CheckStructSize(const char* what, uint32_t size, uint32_t smallest) {
  if (size >= smallest && size <= kLargestStruct) return LW_OK;
  return Fail(LW_ERR_SHAPE, "%s: struct_size is %u, not the size of the struct, %u or more", what,
              size, smallest);
}

// Results: what both sides know is written, what only the caller knows is set to 0. Padding of
// `ours` must be 0 too: a later release may put a field there.
template <class S>
void GiveStruct(const S& ours, S* theirs) {
  const uint32_t size = theirs->struct_size;
  const size_t known = std::min<size_t>(size, sizeof(S));
  char* bytes = reinterpret_cast<char*>(theirs);
  std::memcpy(bytes, &ours, known);
  std::memset(bytes + known, 0, size - known);
  theirs->struct_size = size;
}

// Options: what only the library knows is 0. False if the caller sets something that the library
// does not know: to ignore it would give a result other than the one asked for.
template <class S>
bool TakeStruct(const S* theirs, S& ours) {
  const uint32_t size = theirs->struct_size;
  const size_t known = std::min<size_t>(size, sizeof(S));
  const char* bytes = reinterpret_cast<const char*>(theirs);
  std::memset(&ours, 0, sizeof(S));
  std::memcpy(&ours, bytes, known);
  return std::all_of(bytes + known, bytes + size, [](char byte) { return byte == 0; });
}

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_BASE_STRUCT_SIZE_H_
