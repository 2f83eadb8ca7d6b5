// The bodies of all elementwise families, for code that instantiates whatever kernels/all.h lists.
// Per-target like the files it includes, which have the guards.

#include "kernels/arithmetic-inl.h"
#include "kernels/compare-inl.h"
#include "kernels/convert-inl.h"
#include "kernels/exponential-inl.h"
#include "kernels/exponential_tanh-inl.h"
#include "kernels/power-inl.h"
#include "kernels/trigonometric-inl.h"
