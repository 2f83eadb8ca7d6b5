// Every LANEWISE_* variable that the library reads, in one table. What a value cannot mean is a
// sentence among the warnings (lw_machine, LANEWISE_VERBOSE), and the default counts.

#ifndef LANEWISE_DISPATCH_BASE_SETTINGS_H_
#define LANEWISE_DISPATCH_BASE_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>

namespace lanewise {

enum class Setting : uint8_t { kMaxTarget, kThreads, kGpu, kGpuTimeoutMs, kVerbose };
inline constexpr int kSettingCount = 5;

struct SettingEntry {
  Setting setting;
  const char* name;  // of the variable
  // Whether a value means something; null where only those who use it can tell: names of targets
  // (dispatch/choose/state.cc), limits of threads (dispatch/host/budget.cc).
  bool (*understood)(const char* text);
  const char* complaint;  // "LANEWISE_GPU=maybe " and this
};
extern const SettingEntry kSettings[kSettingCount];

// The value now; null if the variable is unset or empty.
const char* SettingText(Setting setting);
// The sentence about a value that was not understood.
std::string Complaint(Setting setting, const char* text);
// Of the settings that can be judged here; empty if nothing is wrong.
std::string SettingWarnings();

bool GpuIsOff();
int GpuTimeoutMs();
bool IsVerbose();

// Milliseconds, 1 to an hour; nothing if the text is anything else.
inline constexpr int kDefaultGpuTimeoutMs = 10000;
std::optional<int> ParseTimeout(const char* text);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_BASE_SETTINGS_H_
