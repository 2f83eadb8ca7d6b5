#include "machine_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace {

namespace fs = std::filesystem;

[[noreturn]] void Refuse(const fs::path& path, const std::string& why) {
  throw std::runtime_error("machine file " + path.string() + ": " + why);
}

std::string Read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path)) Refuse(path, "cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

fs::path Find(const std::string& name) {
  if (fs::exists(name)) return name;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path known =
      program.parent_path().parent_path() / "share/lanewise/machines" / (name + ".json");
  return name.find('/') == std::string::npos && fs::exists(known) ? known : fs::path(name);
}

// A text, or lines of text.
std::string Text(const fs::path& path, const std::string& key, const nlohmann::json& value) {
  if (value.is_string()) return value;
  if (!value.is_array()) Refuse(path, "'" + key + "' is neither a string nor a list of strings");
  std::string text;
  for (const nlohmann::json& line : value) {
    if (!line.is_string()) Refuse(path, "'" + key + "' holds something else than strings");
    text += line.get<std::string>() + "\n";
  }
  return text;
}

}  // namespace

MachineFields ReadMachineFile(const std::string& name) {
  const fs::path path = Find(name);
  const std::string content = Read(path);
  const size_t first = content.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) Refuse(path, "is empty");
  if (content[first] != '{') return {{"cpuinfo", content}};  // a plain copy of /proc/cpuinfo

  const nlohmann::json data = nlohmann::json::parse(content, nullptr, false);
  if (!data.is_object()) Refuse(path, "is not valid JSON");
  MachineFields fields;
  for (const auto& [key, value] : data.items()) {
    if (value.is_null()) continue;
    if (key == "cpuinfo_file")
      fields.emplace_back("cpuinfo", Read(path.parent_path() / Text(path, key, value)));
    else
      fields.emplace_back(key, Text(path, key, value));
  }
  return fields;
}
