#include "dispatch/base/settings.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace lanewise {
namespace {

bool OnOrOff(const char* text) { return !std::strcmp(text, "off") || !std::strcmp(text, "on"); }
bool IsTimeout(const char* text) { return ParseTimeout(text).has_value(); }
bool Anything(const char*) { return true; }

}  // namespace

const SettingEntry kSettings[kSettingCount] = {
    {Setting::kMaxTarget, "LANEWISE_MAX_TARGET", nullptr,
     "is not a target of this architecture and is ignored"},
    {Setting::kThreads, "LANEWISE_THREADS", nullptr, "is no number of threads and is ignored"},
    {Setting::kGpu, "LANEWISE_GPU", OnOrOff, "is neither on nor off and is ignored"},
    {Setting::kGpuTimeoutMs, "LANEWISE_GPU_TIMEOUT_MS", IsTimeout,
     "is no number of milliseconds and is ignored"},
    {Setting::kVerbose, "LANEWISE_VERBOSE", Anything, ""},
};

const char* SettingText(Setting setting) {
  const char* text = std::getenv(kSettings[static_cast<int>(setting)].name);
  return text && *text ? text : nullptr;
}

std::string Complaint(Setting setting, const char* text) {
  const SettingEntry& entry = kSettings[static_cast<int>(setting)];
  return std::string(entry.name) + "=" + std::string(text).substr(0, 64) + " " + entry.complaint;
}

std::string SettingWarnings() {
  std::string warnings;
  for (const SettingEntry& entry : kSettings) {
    const char* text = SettingText(entry.setting);
    if (!text || !entry.understood || entry.understood(text)) continue;
    warnings += (warnings.empty() ? "" : "; ") + Complaint(entry.setting, text);
  }
  return warnings;
}

bool GpuIsOff() {
  const char* text = SettingText(Setting::kGpu);
  return text && !std::strcmp(text, "off");
}

int GpuTimeoutMs() {
  const char* text = SettingText(Setting::kGpuTimeoutMs);
  return text ? ParseTimeout(text).value_or(kDefaultGpuTimeoutMs) : kDefaultGpuTimeoutMs;
}

bool IsVerbose() {
  const char* text = SettingText(Setting::kVerbose);
  return text && std::strcmp(text, "0") != 0;
}

std::optional<int> ParseTimeout(const char* text) {
  const int saved_errno = errno;
  char* end;
  errno = 0;
  const long value = std::strtol(text, &end, 10);
  const bool whole = *end == 0 && errno == 0 && value >= 1 && value <= 3600 * 1000;
  errno = saved_errno;
  return whole ? std::optional(static_cast<int>(value)) : std::nullopt;
}

}  // namespace lanewise
