#include "dispatch/choose/highway.h"

#include <string_view>

#include "hwy/base.h"

#define LW_TEXT_OF(x) #x
#define LW_TEXT(x) LW_TEXT_OF(x)

namespace lanewise {

const char* HighwayVersion() {
  return LW_TEXT(HWY_MAJOR) "." LW_TEXT(HWY_MINOR) "." LW_TEXT(HWY_PATCH);
}

bool HighwayProven() { return std::string_view(HighwayVersion()) == LANEWISE_HIGHWAY_PINNED; }

}  // namespace lanewise
