// The bodies of all elementwise families, for code that instantiates whatever kernels/all.h lists.
// Per-target like the files it includes, which have the guards.

#include "kernels/arithmetic/arithmetic-inl.h"
#include "kernels/arithmetic/divmod-inl.h"
#include "kernels/arithmetic/unary-inl.h"
#include "kernels/bits/bits-inl.h"
#include "kernels/compare/compare-inl.h"
#include "kernels/convert/convert-inl.h"
#include "kernels/math/exponential-inl.h"
#include "kernels/math/exponential_expm1-inl.h"
#include "kernels/math/exponential_tanh-inl.h"
#include "kernels/math/power-inl.h"
#include "kernels/math/trigonometric-inl.h"
