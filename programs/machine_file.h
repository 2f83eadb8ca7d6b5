// Machine files: another machine described in JSON (docs/machine.md).
#pragma once

#include <string>
#include <utility>
#include <vector>

using MachineFields = std::vector<std::pair<std::string, std::string>>;

// `name` is a path, or the name of a description installed beside the program. Throws
// std::runtime_error with a sentence that names the file.
MachineFields ReadMachineFile(const std::string& name);
