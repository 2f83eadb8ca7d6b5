#include "kernels/registry.h"

#include <array>

#include "kernels/all.h"
#include "kernels/list/table.h"

namespace lanewise {
namespace {

template <class... Ts>
constexpr void SetDtypes(KernelEntry& entry) {
  constexpr lw_dtype dtypes[] = {kDtype<Ts>...};
  for (size_t i = 0; i < sizeof...(Ts); ++i) entry.dtypes[i] = dtypes[i];
  entry.inputs = sizeof...(Ts) - 1;
}

// The operands of each shape: inputs, then the output.
template <class Op, class T>
constexpr void SetOperands(KernelEntry& entry) {
  using S = typename Op::Shape;
  entry.shape = LW_SHAPE_ELEMENTWISE;
  if constexpr (std::is_same_v<S, Map1>) SetDtypes<T, T>(entry);
  if constexpr (std::is_same_v<S, Map2>) SetDtypes<T, T, T>(entry);
  if constexpr (std::is_same_v<S, Map3>) SetDtypes<T, T, T, T>(entry);
  if constexpr (std::is_same_v<S, Compare>) SetDtypes<T, T, bool>(entry);
  if constexpr (std::is_same_v<S, Test>) SetDtypes<T, bool>(entry);
  if constexpr (std::is_same_v<S, Select>) SetDtypes<bool, T, T, T>(entry);
  if constexpr (std::is_same_v<S, Reduce>) {
    entry.shape = LW_SHAPE_REDUCE;
    SetDtypes<T, typename Op::template Result<T>>(entry);
  }
  if constexpr (std::is_same_v<S, ReduceTwo>) {
    entry.shape = LW_SHAPE_REDUCE_TWO;
    SetDtypes<T, T, typename Op::template Result<T>>(entry);
  }
  if constexpr (std::is_same_v<S, Arg>) {
    entry.shape = LW_SHAPE_ARG;
    SetDtypes<T, int64_t>(entry);
  }
  if constexpr (std::is_same_v<S, Scan>) {
    entry.shape = LW_SHAPE_SCAN;
    SetDtypes<T, T>(entry);
  }
  if constexpr (std::is_same_v<S, Compress>) {
    entry.shape = LW_SHAPE_COMPRESS;
    SetDtypes<T, bool, T>(entry);
  }
}

// Integer kernels are exact and touch no floating-point state, unless they are reduced to a float.
template <class Op, class T>
constexpr bool ComputesInFloat() {
  if constexpr (requires { typename Op::template Result<T>; })
    return std::is_floating_point_v<T> || std::is_floating_point_v<typename Op::template Result<T>>;
  else
    return std::is_floating_point_v<T>;
}

template <class Op, class T>
struct Operands {
  static constexpr bool kFloat = ComputesInFloat<Op, T>();
  static constexpr double kMaxUlp = kFloat ? Op::kBound.value : 0;
  static constexpr Flags kFlags = kFloat ? Op::kFlags : Flags::kUntouched;
  static constexpr void Set(KernelEntry& entry) { SetOperands<Op, T>(entry); }
};
template <class Op, class From, class To>
struct Operands<Op, Cast<From, To>> {
  static constexpr double kMaxUlp = Op::template kExact<From, To> ? 0 : Op::kBound.value;
  static constexpr Flags kFlags = Op::template kFlagsOf<From, To>;
  static constexpr void Set(KernelEntry& entry) {
    entry.shape = LW_SHAPE_ELEMENTWISE;
    SetDtypes<From, To>(entry);
  }
};

template <class Op, class T>
constexpr KernelEntry Describe(Kernel<Op, T>) {
  KernelEntry entry{};
  entry.id = Op::kId;
  entry.name = Op::kName.data();
  entry.doc = Op::kDoc.data();
  Operands<Op, T>::Set(entry);
  entry.max_ulp = Operands<Op, T>::kMaxUlp;
  entry.flags = Operands<Op, T>::kFlags;
  entry.math = kIsMath<Op>;
  if constexpr (requires { Op::kNeedsElement; }) entry.needs_element = Op::kNeedsElement;
  entry.numerics_since = 1;
  entry.slot = static_cast<int>(kSlot<Op, T>);
  return entry;
}

constexpr std::array<KernelEntry, kKernelCount> kEntries = [] {
  std::array<KernelEntry, kKernelCount> entries{};
  ForEachKernel([&entries]<class Op, class T>(Kernel<Op, T> kernel) {
    entries[kSlot<Op, T>] = Describe(kernel);
  });
  return entries;
}();
static_assert(kKernelCount <= kTableSlots, "make room: kTableSlots in kernels/list/table.h");

Slots::Range RangeOf(lw_kernel id) {
  const size_t i = static_cast<size_t>(id);
  return i < kIdLimit ? kSlots.of[i] : Slots::Range{};
}

}  // namespace

constinit const std::span<const KernelEntry> kKernels(kEntries);

size_t FirstSlot(lw_kernel id) { return static_cast<size_t>(RangeOf(id).first); }

const KernelEntry* FindKernel(lw_kernel id, const lw_dtype* dtypes) {
  const Slots::Range range = RangeOf(id);
  for (int i = range.first; i < range.end; ++i) {
    const KernelEntry& entry = kKernels[i];
    int same = 0;
    while (same <= entry.inputs && entry.dtypes[same] == dtypes[same]) ++same;
    if (same > entry.inputs) return &entry;
  }
  return nullptr;
}

const KernelEntry* FirstKernel(lw_kernel id) {
  const Slots::Range range = RangeOf(id);
  return range.first == range.end ? nullptr : &kKernels[range.first];
}

const KernelEntry* FindReduction(lw_kernel id, lw_dtype element) {
  const Slots::Range range = RangeOf(id);
  for (int i = range.first; i < range.end; ++i) {
    if (kKernels[i].dtypes[0] == element) return &kKernels[i];
  }
  return nullptr;
}

}  // namespace lanewise
