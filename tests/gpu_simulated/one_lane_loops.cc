#define LANEWISE_ONE_LANE
#include "one_lane_loops.h"

#include <array>
#include <utility>

#include "gpu/device/element.h"

namespace lanewise {
namespace HWY_NAMESPACE {
namespace {

template <class E, class... In, size_t... I>
void Apply(const void* const* in, void* const* out, size_t n, TypeList<In...>,
           std::index_sequence<I...>) {
  for (size_t i = 0; i < n; ++i) {
    const auto result = E::Apply(static_cast<const In*>(in[I])[i]...);
    if constexpr (E::kOutputs == 1) {
      static_cast<typename E::Output*>(out[0])[i] = result;
    } else {
      static_cast<typename E::Output*>(out[0])[i] = ops::First(result);
      static_cast<typename E::Output*>(out[1])[i] = ops::Second(result);  // both of one type so far
    }
  }
}

template <class Op, class T>
uint32_t Loop(const void* const* in, void* const* out, size_t n) {
  using E = Element<Op, T>;
  Apply<E>(in, out, n, typename E::Inputs(), std::make_index_sequence<E::kInputs>());
  return 0;
}

template <class Op, class T>
constexpr ElementwiseFn LoopOfShared(Kernel<Op, T>) {
  return &Loop<Op, T>;
}
template <class Op, class T>
constexpr ElementwiseFn LoopOf(Kernel<Op, T> kernel) {
  if constexpr (kIsElementwise<Op>)
    return LoopOfShared(ShareLoop(kernel));
  else
    return nullptr;
}

constexpr auto kLoops = [] {
  std::array<ElementwiseFn, kKernelCount> loops{};
  ForEachKernel(
      [&loops]<class Op, class T>(Kernel<Op, T> kernel) { loops[kSlot<Op, T>] = LoopOf(kernel); });
  return loops;
}();

}  // namespace
}  // namespace HWY_NAMESPACE

ElementwiseFn OneLaneLoop(size_t index) { return HWY_NAMESPACE::kLoops[index]; }

}  // namespace lanewise
