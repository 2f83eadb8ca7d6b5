#include "kernels/registry.h"

#include <array>
#include <iterator>

#include "kernels/all.h"
#include "kernels/list/table.h"

namespace lanewise {
namespace {

template <class... In, class... Out>
constexpr void SetDtypes(KernelEntry& entry, TypeList<In...>, TypeList<Out...>) {
  static_assert(sizeof...(In) <= kMaxInputs && sizeof...(Out) <= kMaxOutputs);
  constexpr lw_dtype dtypes[] = {kDtype<In>..., kDtype<Out>...};
  for (size_t i = 0; i < std::size(dtypes); ++i) entry.dtypes[i] = dtypes[i];
  entry.inputs = sizeof...(In);
  entry.outputs = sizeof...(Out);
}

// The operands of each shape.
template <class Op, class T>
constexpr void SetOperands(KernelEntry& entry) {
  using S = ShapeOf<Op>;
  if constexpr (kIsElementwise<Op>) {
    entry.shape = LW_SHAPE_ELEMENTWISE;
    SetDtypes(entry, InputsOf<Op, T>{}, OutputsOf<Op, T>{});
  }
  if constexpr (std::is_same_v<S, Reduce>) {
    entry.shape = LW_SHAPE_REDUCE;
    SetDtypes(entry, TypeList<T>{}, TypeList<typename Op::template Result<T>>{});
  }
  if constexpr (std::is_same_v<S, ReduceTwo>) {
    entry.shape = LW_SHAPE_REDUCE_TWO;
    SetDtypes(entry, TypeList<T, T>{}, TypeList<typename Op::template Result<T>>{});
  }
  if constexpr (std::is_same_v<S, Arg>) {
    entry.shape = LW_SHAPE_ARG;
    SetDtypes(entry, TypeList<T>{}, TypeList<int64_t>{});
  }
  if constexpr (std::is_same_v<S, Scan>) {
    entry.shape = LW_SHAPE_SCAN;
    SetDtypes(entry, TypeList<T>{}, TypeList<typename Op::template Result<T>>{});
  }
  if constexpr (std::is_same_v<S, Compress>) {
    entry.shape = LW_SHAPE_COMPRESS;
    SetDtypes(entry, TypeList<T, bool>{}, TypeList<T>{});
  }
  if constexpr (std::is_same_v<S, Search>) {
    entry.shape = LW_SHAPE_SEARCH;
    SetDtypes(entry, TypeList<T, T>{}, TypeList<int64_t>{});
  }
}

// Integer kernels are exact, unless they are reduced to a float.
template <class Op, class T>
constexpr bool ComputesInFloat() {
  if constexpr (requires { typename Op::template Result<T>; })
    return kIsFloat<T> || kIsFloat<typename Op::template Result<T>>;
  else
    return kIsFloat<T>;
}

template <class Op, class T>
struct Facts {
  static constexpr bool kFloat = ComputesInFloat<Op, T>();
  // f16 and bf16 are rounded from f32, whose last place is 2^-13 or less of theirs: once more than
  // f32's result, unless one instruction gave that.
  static constexpr double kBound =
      kIsNarrow<T> && kIsLong<Op> ? 0.5 + Op::kBound.value / 8192 : Op::kBound.value;
  static constexpr double kMaxUlp = kFloat ? kBound : 0;
  static constexpr Flags kFlags = kFloat ? Op::kFlags : Op::kContract.integer_flags;
};
template <class Op, class From, class To>
struct Facts<Op, Cast<From, To>> {
  static constexpr double kMaxUlp = Op::template kExact<From, To> ? 0 : Op::kBound.value;
  static constexpr Flags kFlags = Op::template kFlagsOf<From, To>;
};

template <class Op, class T>
constexpr KernelEntry Describe(Kernel<Op, T>) {
  KernelEntry entry{};
  entry.id = Op::kId;
  entry.name = Op::kName.data();
  entry.doc = Op::kDoc.data();
  SetOperands<Op, T>(entry);
  entry.max_ulp = Facts<Op, T>::kMaxUlp;
  entry.flags = Facts<Op, T>::kFlags;
  entry.math = kIsLong<Op>;
  entry.needs_element = Op::kContract.needs_element;
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

// Conversions are found without a search: a row for each dtype, with all but itself.
const KernelEntry* FindConversion(size_t from, size_t to) {
  static_assert(kSlot<ConvertTo, Cast<double, float>> ==
                kSlot<ConvertTo, Cast<bool, int8_t>> + kDtypeCount * (kDtypeCount - 1) - 1);
  if (from >= kDtypeCount || to >= kDtypeCount || from == to) return nullptr;
  const size_t position = from * (kDtypeCount - 1) + to - (to > from ? 1 : 0);
  return &kEntries[kSlot<ConvertTo, Cast<bool, int8_t>> + position];
}

Slots::Range RangeOf(lw_kernel id) {
  const size_t i = static_cast<size_t>(id);
  return i < kIdLimit ? kSlots.of[i] : Slots::Range{};
}

}  // namespace

constinit const std::span<const KernelEntry> kKernels(kEntries);

size_t FirstSlot(lw_kernel id) { return static_cast<size_t>(RangeOf(id).first); }

const KernelEntry* FindKernel(lw_kernel id, const lw_dtype* dtypes) {
  if (id == LW_CONVERT) {
    return FindConversion(static_cast<size_t>(dtypes[0]), static_cast<size_t>(dtypes[1]));
  }
  const Slots::Range range = RangeOf(id);
  for (int i = range.first; i < range.end; ++i) {
    const KernelEntry& entry = kKernels[i];
    int same = 0;
    while (same < entry.Operands() && entry.dtypes[same] == dtypes[same]) ++same;
    if (same == entry.Operands()) return &entry;
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
