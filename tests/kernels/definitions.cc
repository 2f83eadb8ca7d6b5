// One small function per kernel and dtypes; what loops over elements is not a template.

#include "tests/kernels/definitions.h"

#include <utility>

#include "kernels/all.h"

namespace lanewise::harness {
namespace {

// An element of type T, and a place for one; booleans are bytes.
template <class T>
T Load(const char* from) {
  if constexpr (std::is_same_v<T, bool>) {
    return *from != 0;
  } else {
    T value;
    std::memcpy(static_cast<void*>(&value), from, sizeof(T));
    return value;
  }
}
template <class T, class R>
void Store(char* to, R result) {
  const T value = static_cast<T>(result);
  std::memcpy(to, &value, sizeof(T));
}

template <class Op, class T, class... In>
auto ResultOf(Kernel<Op, T>, In... in) {
  return reference::Result<Op, T>(in...);
}
template <class Op, class From, class To>
To ResultOf(Kernel<Op, Cast<From, To>>, From x) {
  return reference::Converted<To>(x);
}

template <class K, class... In, class... Out, size_t... I>
void Element(const char* const* inputs, char* const* outputs, TypeList<In...>, TypeList<Out...>,
             std::index_sequence<I...>) {
  const auto result = ResultOf(K{}, Load<In>(inputs[I])...);
  if constexpr (sizeof...(Out) == 1) {
    (Store<Out>(outputs[0], result), ...);
  } else {
    const auto store = [&]<class A, class B>(TypeList<A, B>) {
      Store<A>(outputs[0], result.first);
      Store<B>(outputs[1], result.second);
    };
    store(TypeList<Out...>{});
  }
}
template <class Op, class T>
void ElementOf(const char* const* inputs, char* const* outputs) {
  using Inputs = InputsOf<Op, T>;
  Element<Kernel<Op, T>>(inputs, outputs, Inputs{}, OutputsOf<Op, T>{},
                         std::make_index_sequence<Inputs::kSize>{});
}

}  // namespace

std::vector<Definition> Definitions() {
  std::vector<Definition> definitions;
  ForEachKernel([&definitions]<class Op, class T>(Kernel<Op, T>) {
    if constexpr (kIsElementwise<Op>) {
      Definition definition{};
      definition.record.struct_size = sizeof(definition.record);
      EXPECT_EQ(lw_kernel_info(kSlot<Op, T>, &definition.record), LW_OK);
      if constexpr (!kIsMath<Op>) definition.element = &ElementOf<Op, T>;
      definitions.push_back(definition);
    }
  });
  return definitions;
}

void Expect(const Definition& definition, Work& work) {
  const lw_kernel_record& record = work.record;
  const char* inputs[LW_MAX_OPERANDS];
  char* outputs[LW_MAX_OPERANDS];
  for (int k = 0; k < record.outputs; ++k) {
    work.expected[k].resize(work.n * SizeOf(record, record.inputs + k));
  }
  for (size_t i = 0; i < work.n; ++i) {
    for (int k = 0; k < record.inputs; ++k) inputs[k] = &work.inputs[k][i * SizeOf(record, k)];
    for (int k = 0; k < record.outputs; ++k) {
      outputs[k] = &work.expected[k][i * SizeOf(record, record.inputs + k)];
    }
    definition.element(inputs, outputs);
  }
}

}  // namespace lanewise::harness
