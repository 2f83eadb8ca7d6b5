// A machine in the package managers' terms, as members of a JSON object (docs/machine.md).
#pragma once

#include "dispatch/base/text.h"
#include "machine/record.h"

namespace lanewise {

// `host` is what the record's raw values mean.
void DescribeMachine(const MachineRecord& record, const Host& host, JsonWriter& json);

}  // namespace lanewise
