// An independent witness for the detection of this machine: cpuinfo (github.com/pytorch/cpuinfo),
// which reads the same hardware with other code. Differences are errors, except the few that
// Excuse() names; each is printed.

#include <cpuinfo.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "dispatch/host/os.h"

namespace lanewise {
namespace {

void Excuse(const std::string& difference, const char* reason) {
  printf("[ excused  ] %s: %s\n", difference.c_str(), reason);
}

class Cpuinfo : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(cpuinfo_initialize());
    HostInput input = ReadHost();
    ReadCaches(input);
    host_ = DetectHost(input);
    host_.caches = DetectCaches(input);
  }
  Host host_;
};

TEST_F(Cpuinfo, Features) {
  struct Pair {
    Arch arch;
    const char* ours;
    bool theirs;
  };
  const Pair pairs[] = {
      {Arch::kX86_64, "pni", cpuinfo_has_x86_sse3()},
      {Arch::kX86_64, "ssse3", cpuinfo_has_x86_ssse3()},
      {Arch::kX86_64, "sse4_1", cpuinfo_has_x86_sse4_1()},
      {Arch::kX86_64, "sse4_2", cpuinfo_has_x86_sse4_2()},
      {Arch::kX86_64, "popcnt", cpuinfo_has_x86_popcnt()},
      {Arch::kX86_64, "cx16", cpuinfo_has_x86_cmpxchg16b()},
      {Arch::kX86_64, "avx", cpuinfo_has_x86_avx()},
      {Arch::kX86_64, "avx2", cpuinfo_has_x86_avx2()},
      {Arch::kX86_64, "fma", cpuinfo_has_x86_fma3()},
      {Arch::kX86_64, "f16c", cpuinfo_has_x86_f16c()},
      {Arch::kX86_64, "bmi1", cpuinfo_has_x86_bmi()},
      {Arch::kX86_64, "bmi2", cpuinfo_has_x86_bmi2()},
      {Arch::kX86_64, "abm", cpuinfo_has_x86_lzcnt()},
      {Arch::kX86_64, "movbe", cpuinfo_has_x86_movbe()},
      {Arch::kX86_64, "avx512f", cpuinfo_has_x86_avx512f()},
      {Arch::kX86_64, "avx512dq", cpuinfo_has_x86_avx512dq()},
      {Arch::kX86_64, "avx512cd", cpuinfo_has_x86_avx512cd()},
      {Arch::kX86_64, "avx512bw", cpuinfo_has_x86_avx512bw()},
      {Arch::kX86_64, "avx512vl", cpuinfo_has_x86_avx512vl()},
      {Arch::kX86_64, "avx512_vnni", cpuinfo_has_x86_avx512vnni()},
      {Arch::kX86_64, "avx512vbmi", cpuinfo_has_x86_avx512vbmi()},
      {Arch::kX86_64, "avx512_vbmi2", cpuinfo_has_x86_avx512vbmi2()},
      {Arch::kX86_64, "avx512_bitalg", cpuinfo_has_x86_avx512bitalg()},
      {Arch::kX86_64, "avx512_vpopcntdq", cpuinfo_has_x86_avx512vpopcntdq()},
      {Arch::kX86_64, "avx512_bf16", cpuinfo_has_x86_avx512bf16()},
      {Arch::kAArch64, "asimd", cpuinfo_has_arm_neon()},
      {Arch::kAArch64, "sve", cpuinfo_has_arm_sve()},
      {Arch::kAArch64, "sve2", cpuinfo_has_arm_sve2()},
  };
  int compared = 0;
  for (const Pair& pair : pairs) {
    if (pair.arch != host_.arch) continue;
    ++compared;
    EXPECT_EQ(host_.Has(pair.ours), pair.theirs) << pair.ours;
  }
  EXPECT_GE(compared, 3);
}

// cpuinfo counts all processors of the machine, the affinity mask of this process apart.
TEST_F(Cpuinfo, Processors) {
  const BudgetInput input = ReadBudget();
  const int theirs = static_cast<int>(cpuinfo_get_processors_count());
  EXPECT_EQ(input.online, theirs);
  EXPECT_LE(cpuinfo_get_cores_count(), cpuinfo_get_processors_count());
  EXPECT_LE(ComputeBudget(input).cpus, theirs);
  if (input.affinity != theirs) {
    Excuse("affinity mask of " + std::to_string(input.affinity) + " CPUs",
           "cpuinfo does not look at the affinity mask");
    EXPECT_LT(input.affinity, theirs);
  }
}

TEST_F(Cpuinfo, Caches) {
  const struct {
    const char* name;
    uint64_t ours;
    const cpuinfo_cache* theirs;
  } levels[] = {{"L1d", host_.caches.l1d, cpuinfo_get_l1d_cache(0)},
                {"L2", host_.caches.l2, cpuinfo_get_l2_cache(0)},
                {"L3", host_.caches.l3, cpuinfo_get_l3_cache(0)}};
  for (const auto& level : levels) {
    const uint64_t theirs = level.theirs ? level.theirs->size : 0;
    const std::string difference = std::string(level.name) + " of " + std::to_string(level.ours) +
                                   " bytes, cpuinfo: " + std::to_string(theirs);
    if (level.ours != theirs && host_.hypervisor && std::string_view(level.name) == "L3") {
      Excuse(difference, "the hypervisor makes up which CPUs share a last-level cache");
    } else if (level.ours != theirs && host_.arch == Arch::kAArch64) {
      Excuse(difference, "on Arm cpuinfo takes sizes from its list of chips, not from the system");
    } else {
      EXPECT_EQ(level.ours, theirs) << difference;
    }
    // lanewise does not ask for the line size: alignas(64) in its loops takes it for 64.
    if (level.theirs && host_.arch == Arch::kX86_64) {
      EXPECT_EQ(level.theirs->line_size, 64u) << level.name;
    }
  }
}

// cpuinfo's name for a core, and archspec's names for the cores that it stands for.
struct CoreName {
  cpuinfo_uarch theirs;
  std::vector<std::string_view> ours;
};
const CoreName kCoreNames[] = {
    {cpuinfo_uarch_conroe, {"core2"}},
    {cpuinfo_uarch_penryn, {"core2"}},
    {cpuinfo_uarch_nehalem, {"nehalem", "westmere"}},
    {cpuinfo_uarch_sandy_bridge, {"sandybridge"}},
    {cpuinfo_uarch_ivy_bridge, {"ivybridge"}},
    {cpuinfo_uarch_haswell, {"haswell"}},
    {cpuinfo_uarch_broadwell, {"broadwell"}},
    {cpuinfo_uarch_sky_lake, {"skylake", "skylake_avx512", "cascadelake", "cooperlake"}},
    {cpuinfo_uarch_palm_cove, {"cannonlake"}},
    {cpuinfo_uarch_sunny_cove, {"icelake", "rocketlake"}},
    {cpuinfo_uarch_silvermont, {"silvermont"}},
    {cpuinfo_uarch_airmont, {"silvermont"}},
    {cpuinfo_uarch_goldmont, {"goldmont"}},
    {cpuinfo_uarch_goldmont_plus, {"goldmont"}},
    {cpuinfo_uarch_knights_landing, {"mic_knl"}},
    {cpuinfo_uarch_knights_mill, {"mic_knm"}},
    {cpuinfo_uarch_k8, {"k8"}},
    {cpuinfo_uarch_k10, {"k10"}},
    {cpuinfo_uarch_bobcat, {"bobcat"}},
    {cpuinfo_uarch_bulldozer, {"bulldozer"}},
    {cpuinfo_uarch_piledriver, {"piledriver"}},
    {cpuinfo_uarch_steamroller, {"steamroller"}},
    {cpuinfo_uarch_excavator, {"excavator"}},
    {cpuinfo_uarch_jaguar, {"jaguar"}},
    {cpuinfo_uarch_puma, {"jaguar"}},
    {cpuinfo_uarch_zen, {"zen"}},
    {cpuinfo_uarch_zen2, {"zen2"}},
    {cpuinfo_uarch_zen3, {"zen3"}},
    {cpuinfo_uarch_cortex_a53, {"cortex_a53"}},
    {cpuinfo_uarch_cortex_a55, {"cortex_a55"}},
    {cpuinfo_uarch_cortex_a57, {"cortex_a57"}},
    {cpuinfo_uarch_cortex_a72, {"cortex_a72"}},
    {cpuinfo_uarch_cortex_a73, {"cortex_a73"}},
    {cpuinfo_uarch_cortex_a75, {"cortex_a75"}},
    {cpuinfo_uarch_cortex_a76, {"cortex_a76"}},
    {cpuinfo_uarch_cortex_a78, {"cortex_a78", "cortex_a78ae"}},
    {cpuinfo_uarch_neoverse_n1, {"neoverse_n1"}},
    {cpuinfo_uarch_neoverse_v1, {"neoverse_v1"}},
    {cpuinfo_uarch_neoverse_n2, {"neoverse_n2"}},
    {cpuinfo_uarch_firestorm, {"m1"}},
    {cpuinfo_uarch_icestorm, {"m1"}},
    {cpuinfo_uarch_thunderx, {"thunderx"}},
    {cpuinfo_uarch_thunderx2, {"thunderx2"}},
};

TEST_F(Cpuinfo, Microarchitecture) {
  const cpuinfo_uarch theirs = cpuinfo_get_core(0)->uarch;
  if (theirs == cpuinfo_uarch_unknown) {
    return Excuse(host_.microarch, "cpuinfo does not know this core");
  }
  if (host_.hypervisor && host_.family == 15) {
    return Excuse(host_.microarch, "generic CPU of a virtual machine, no core is named for it");
  }
  const auto* core = std::find_if(std::begin(kCoreNames), std::end(kCoreNames),
                                  [&](const CoreName& name) { return name.theirs == theirs; });
  ASSERT_NE(core, std::end(kCoreNames)) << "add cpuinfo's 0x" << std::hex << theirs << ", here "
                                        << host_.microarch << ", to the list";
  EXPECT_NE(std::find(core->ours.begin(), core->ours.end(), host_.microarch), core->ours.end())
      << host_.microarch << ", cpuinfo: 0x" << std::hex << theirs;
}

}  // namespace
}  // namespace lanewise
