#include "dispatch/base/scope.h"

namespace lanewise {

constinit thread_local Scope t_scope;

}  // namespace lanewise
