// Prints what the compiled elementwise kernels must contain, for check_compiled.py: for each, the
// part of its mangled name, bytes per access of each operand, elements per thread, and how many
// floating-point operations the body executes, counted over one lane: for an ordinary element, and
// the most for any kind of element.

#define LANEWISE_ONE_LANE
#define LANEWISE_COUNT_OPERATIONS

#include <cstdio>
#include <cstring>
#include <string>
#include <typeinfo>

#include "gpu/device/map_block.h"
#include "gpu/device/reducer.h"

namespace lanewise {
namespace HWY_NAMESPACE {
namespace {

// Ordinary numbers, and each kind that a special path is for.
template <class T, class Visit>
void ForEachValue(Visit visit) {
  if constexpr (std::is_floating_point_v<T>) {
    const T inf = std::numeric_limits<T>::infinity();
    for (const T v : {T(0.7), T(-3), T(1e30), inf, -inf, T(0), std::numeric_limits<T>::min() / 4,
                      std::numeric_limits<T>::quiet_NaN(), T(2), T(0.5), T(-1), T(1)}) {
      visit(v);
    }
  } else {
    // f16 and bf16 come as their bits: zeros, subnormals, ones, others, infinities, NaNs of both.
    for (const int v : {0, 1, 0x3C00, 0xBC00, 0x3F80, 0xBF80, 0x4000, 0x3800, 0x3F00, 0x4900,
                        0x7149, 0x7C00, 0xFC00, 0x7F80, 0xFF80, 0x7FC0}) {
      visit(static_cast<T>(v));
    }
  }
}

// The largest of each count over all combinations of inputs: special paths run beside the ordinary.
template <class E, class... V>
OperationCount Count(V... chosen) {
  if constexpr (sizeof...(V) == E::kInputs) {
    operation_count = {};
    [[maybe_unused]] volatile auto result = E::Apply(chosen...);
    return operation_count;
  } else {
    OperationCount most;
    ForEachValue<InputOf<E, sizeof...(V)>>([&](auto v) {
      const OperationCount c = Count<E>(chosen..., v);
      most = {std::max(most.add, c.add), std::max(most.mul, c.mul), std::max(most.fma, c.fma),
              std::max(most.div, c.div), std::max(most.sqrt, c.sqrt)};
    });
    return most;
  }
}

// "3AddEf" of "N8lanewise6KernelINS_3AddEfEE".
template <class Op, class T>
std::string MangledPart(Kernel<Op, T> kernel) {
  const std::string name = typeid(kernel).name();
  const size_t begin = name.find("INS_") + 4;
  return name.substr(begin, name.size() - begin - 2);
}

template <class E, class... In, class... Out>
std::string AccessBytes(TypeList<In...>, TypeList<Out...>) {
  std::string text;
  ((text += std::to_string(kVector<E> * sizeof(In)) + ","), ...);
  ((text += std::to_string(kVector<E> * sizeof(Out)) + ","), ...);
  text.pop_back();
  return text;
}

std::string Text(const OperationCount& c) {
  std::string text;
  for (const int count : {c.add, c.mul, c.fma, c.div, c.sqrt}) text += std::to_string(count) + ",";
  text.pop_back();
  return text;
}

template <class E, class... In>
OperationCount CountOrdinary(TypeList<In...>) {
  operation_count = {};
  [[maybe_unused]] volatile auto result =
      E::Apply(static_cast<In>(sizeof(In) == 2 ? 0x3E00 : 3)...);  // pow: no fixed exponent
  return operation_count;
}

template <class Op, class T>
void PrintMap(Kernel<Op, T> kernel) {
  using E = Element<Op, T>;
  const bool moves_bits = Op::kFlags == Flags::kUntouched && std::is_floating_point_v<T>;
  printf("map %s inputs=%zu access=%s elements=%d math=%d moves_bits=%d ordinary=%s most=%s\n",
         MangledPart(kernel).c_str(), E::kInputs,
         AccessBytes<E>(typename E::Inputs(), typename E::Outputs()).c_str(),
         kVector<E> * kUnroll<Op, E>, kIsLong<Op>, moves_bits,
         Text(CountOrdinary<E>(typename E::Inputs())).c_str(), Text(Count<E>()).c_str());
}

template <class Op, class T>
void Print(Kernel<Op, T> kernel) {
  if constexpr (kIsElementwise<Op>) {
    PrintMap(ShareLoop(kernel));
  } else if constexpr (kIsReduction<ShapeOf<Op>>) {
    printf("reduce %s\n", MangledPart(kernel).c_str());
    if constexpr (kHasCenter<Op, T>) {
      printf("reduce %s\n", MangledPart(Kernel<CenterOf<Op>, T>()).c_str());
    }
  }
}

void PrintAll() {
  ForEachKernel([](auto kernel) { Print(kernel); });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace lanewise

int main() { lanewise::HWY_NAMESPACE::PrintAll(); }
