// Lists of types.

#ifndef LANEWISE_KERNELS_LIST_TYPE_LIST_H_
#define LANEWISE_KERNELS_LIST_TYPE_LIST_H_

#include <cstddef>
#include <type_traits>

namespace lanewise {

template <class... Ts>
struct TypeList {
  static constexpr size_t kSize = sizeof...(Ts);
};

// Where a type stands in a list; behind its end if it does not.
template <class T, class... Ts>
constexpr size_t PositionOf(TypeList<Ts...>) {
  size_t position = 0;
  (void)((std::is_same_v<T, Ts> || (++position, false)) || ...);
  return position;
}

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_TYPE_LIST_H_
