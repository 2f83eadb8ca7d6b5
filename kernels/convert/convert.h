// Conversions between element types: what they mean. Bodies in convert-inl.h.

#ifndef LANEWISE_KERNELS_CONVERT_CONVERT_H_
#define LANEWISE_KERNELS_CONVERT_CONVERT_H_

#include "kernels/list/kernel.h"

namespace lanewise {

template <class... Lists>
struct Concatenated {
  using Type = TypeList<>;
};
template <class... As>
struct Concatenated<TypeList<As...>> {
  using Type = TypeList<As...>;
};
template <class... As, class... Bs, class... Rest>
struct Concatenated<TypeList<As...>, TypeList<Bs...>, Rest...>
    : Concatenated<TypeList<As..., Bs...>, Rest...> {};

// Every dtype to every other one.
template <class List>
struct AllCasts;
template <class... Ts>
struct AllCasts<TypeList<Ts...>> {
  template <class From>
  using FromOne = typename Concatenated<
      std::conditional_t<std::is_same_v<From, Ts>, TypeList<>, TypeList<Cast<From, Ts>>>...>::Type;
  using Type = typename Concatenated<FromOne<Ts>...>::Type;
};

struct ConvertTo : Operation<ConvertTo> {
  static constexpr lw_kernel kId = LW_CONVERT;
  static constexpr std::string_view kName = "convert";
  static constexpr std::string_view kDoc =
      "x in another dtype, rounded once; float to integer truncates and saturates, NaN gives 0; "
      "integer to integer wraps; to bool is x != 0";
  using Signature = Map<CastTo(CastFrom)>;
  using Types = AllCasts<Dtypes>::Type;
  static constexpr Contract kContract{
      .bound = Ulp{0.5},
      .flags = Flags::kOwn,
      .raises = kInvalid | kOverflow,
      .numpy =
          "`x.astype(...)`; float to integer saturates and NaN "
          "gives 0, where NumPy's result depends on the CPU",
  };
  // Loops with nothing to round: into integers, and into a float that holds every value of From.
  template <class From, class To>
  static constexpr bool kExact =
      !kIsFloat<To> || (kInfo<From>.digits <= kInfo<To>.digits && kInfo<From>.end <= kInfo<To>.end);
  // Bits only: between integers, and to and from bool.
  template <class From, class To>
  static constexpr bool kByBits =
      (!kIsFloat<From> && !kIsFloat<To>) || std::is_same_v<From, bool> || std::is_same_v<To, bool>;
  // Widening may meet a signalling NaN, for which some instructions raise invalid: kNone.
  template <class From, class To>
  static constexpr Flags kFlagsOf = kByBits<From, To>                 ? Flags::kUntouched
                                    : kIsFloat<To>&& kExact<From, To> ? Flags::kNone
                                                                      : kContract.flags;
};

using Conversion = TypeList<ConvertTo>;

// -------- conversions that share a loop, since they give the same bits

// Of an integer the sign matters only where it is read to become wider, and where it becomes, or
// comes of, a float.
template <class From, class To>
constexpr auto SharedCast(Cast<From, To>) {
  if constexpr (std::is_same_v<From, bool> && kIsInt<To>) {
    return Cast<bool, UnsignedAs<To>>{};
  } else if constexpr (std::is_same_v<To, bool>) {
    if constexpr (kIsInt<From>)
      return Cast<UnsignedAs<From>, bool>{};
    else
      return Cast<std::conditional_t<std::is_same_v<From, bf16>, f16, From>, bool>{};
  } else if constexpr (kIsInt<From> && kIsInt<To>) {
    if constexpr (sizeof(From) < sizeof(To) && std::is_signed_v<From>)
      return Cast<From, std::make_signed_t<To>>{};
    else if constexpr (sizeof(From) < sizeof(To))
      return Cast<From, UnsignedAs<To>>{};
    else
      return Cast<UnsignedAs<From>, UnsignedAs<To>>{};
  } else {
    return Cast<From, To>{};
  }
}
template <class From, class To>
constexpr auto ShareLoop(Kernel<ConvertTo, Cast<From, To>>) {
  return Kernel<ConvertTo, decltype(SharedCast(Cast<From, To>{}))>{};
}

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_CONVERT_CONVERT_H_
