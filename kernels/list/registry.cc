#include "kernels/list/registry.h"

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

template <class Op, class T>
struct Operands {
  // Integer kernels are exact and touch no floating-point state.
  static constexpr bool kFloat = std::is_floating_point_v<T>;
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
  entry.numerics_since = 1;
  entry.slot = static_cast<int>(kSlot<Op, T>);
  return entry;
}

template <class... Ks>
constexpr std::array<KernelEntry, kKernelCount> DescribeAll(TypeList<Ks...>) {
  return {Describe(Ks{})...};
}

struct IdRange {
  int16_t first = -1;
  int16_t end = -1;
};

}  // namespace

constexpr std::array<KernelEntry, kKernelCount> kKernels = DescribeAll(AllKernels{});

namespace {

constexpr int kIdCount = [] {
  int count = 0;
  for (const KernelEntry& entry : kKernels) count = entry.id >= count ? entry.id + 1 : count;
  return count;
}();

// An operation's kernels are neighbours in the list.
constexpr auto kRanges = [] {
  std::array<IdRange, kIdCount> ranges{};
  for (int i = 0; i < static_cast<int>(kKernelCount); ++i) {
    IdRange& range = ranges[kKernels[i].id];
    if (range.first < 0) range.first = static_cast<int16_t>(i);
    range.end = static_cast<int16_t>(i + 1);
  }
  return ranges;
}();

IdRange RangeOf(lw_kernel id) {
  const int i = static_cast<int>(id);
  return i < 0 || i >= kIdCount ? IdRange{} : kRanges[i];
}

}  // namespace

const KernelEntry* FindKernel(lw_kernel id, const lw_dtype* dtypes) {
  const IdRange range = RangeOf(id);
  for (int i = range.first; i < range.end; ++i) {
    const KernelEntry& entry = kKernels[i];
    int same = 0;
    while (same <= entry.inputs && entry.dtypes[same] == dtypes[same]) ++same;
    if (same > entry.inputs) return &entry;
  }
  return nullptr;
}

const KernelEntry* FirstKernel(lw_kernel id) {
  const IdRange range = RangeOf(id);
  return range.first < 0 ? nullptr : &kKernels[range.first];
}

const KernelEntry* FindReduction(lw_kernel id, lw_dtype element) {
  const IdRange range = RangeOf(id);
  for (int i = range.first; i < range.end; ++i) {
    if (kKernels[i].dtypes[0] == element) return &kKernels[i];
  }
  return nullptr;
}

}  // namespace lanewise
