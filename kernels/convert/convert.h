// Conversions between element types: what they mean. Bodies in convert-inl.h.

#ifndef LANEWISE_KERNELS_CONVERT_CONVERT_H_
#define LANEWISE_KERNELS_CONVERT_CONVERT_H_

#include <cmath>
#include <limits>

#include "kernels/list/kernel.h"

namespace lanewise {

// Bits of the significand, or of an integer's magnitude.
template <class T>
inline constexpr int kPrecision = std::numeric_limits<T>::digits;
template <>
inline constexpr int kPrecision<f16> = 11;

struct ConvertTo : Operation<ConvertTo> {
  static constexpr lw_kernel kId = LW_CONVERT;
  static constexpr std::string_view kName = "convert";
  static constexpr std::string_view kDoc =
      "x in another dtype, rounded once; float to integer truncates and saturates, NaN gives 0; "
      "integer to integer wraps";
  using Signature = Map<CastTo(CastFrom)>;
  using Types =
      TypeList<Cast<f16, float>, Cast<f16, double>, Cast<f16, int32_t>, Cast<f16, int64_t>,
               Cast<float, f16>, Cast<float, double>, Cast<float, int32_t>, Cast<float, int64_t>,
               Cast<double, f16>, Cast<double, float>, Cast<double, int32_t>, Cast<double, int64_t>,
               Cast<int32_t, f16>, Cast<int32_t, float>, Cast<int32_t, double>,
               Cast<int32_t, int64_t>, Cast<int64_t, f16>, Cast<int64_t, float>,
               Cast<int64_t, double>, Cast<int64_t, int32_t>>;
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
  static constexpr bool kExact = std::is_integral_v<To> || kPrecision<From> <= kPrecision<To>;
  // Widening may meet a signalling NaN, for which some instructions raise invalid: kNone.
  template <class From, class To>
  static constexpr Flags kFlagsOf = std::is_integral_v<To>
                                        ? (std::is_integral_v<From> ? Flags::kUntouched
                                                                    : kContract.flags)
                                        : (kExact<From, To> ? Flags::kNone : kContract.flags);
};

using Conversion = TypeList<ConvertTo>;

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_CONVERT_CONVERT_H_
