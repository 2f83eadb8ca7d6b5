// The table of archspec-json (https://github.com/archspec/archspec-json), x86-64 and AArch64.
// Copyright 2019-2020 Lawrence Livermore National Security, LLC and other Archspec Project
// Developers. SPDX-License-Identifier: Apache-2.0 OR MIT
//
// kConda is the Python package archspec 0.2.7, kRattler the copy inside py-rattler 0.28; kBoth
// entries are equal in both. packaging/tests/test_machine_archspec.py compares them with what is
// installed and names what a newer release adds.

#include "machine/archspec.h"

namespace lanewise {
namespace {

constexpr uint8_t kConda = static_cast<uint8_t>(Edition::kConda);
constexpr uint8_t kRattler = static_cast<uint8_t>(Edition::kRattler);
constexpr uint8_t kBoth = kConda + kRattler;

constexpr ArchspecEntry kTable[] = {
    {kBoth, "x86_64", "", "generic", "", ""},
    {kBoth, "x86_64_v2", "x86_64", "generic",
     "cx16 lahf_lm mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt", ""},
    {kBoth, "x86_64_v3", "x86_64_v2", "generic",
     "cx16 lahf_lm mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt avx avx2 bmi1 bmi2 f16c fma abm "
     "movbe xsave",
     ""},
    {kBoth, "x86_64_v4", "x86_64_v3", "generic",
     "cx16 lahf_lm mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt avx avx2 bmi1 bmi2 f16c fma abm "
     "movbe xsave avx512f avx512bw avx512cd avx512dq avx512vl",
     ""},
    {kBoth, "nocona", "x86_64", "GenuineIntel", "mmx sse sse2 sse3", ""},
    {kBoth, "core2", "nocona", "GenuineIntel", "mmx sse sse2 ssse3", ""},
    {kBoth, "nehalem", "core2 x86_64_v2", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt lahf_lm cx16", ""},
    {kBoth, "westmere", "nehalem", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt lahf_lm cx16 aes pclmulqdq", ""},
    {kBoth, "sandybridge", "westmere", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt lahf_lm cx16 aes pclmulqdq avx", ""},
    {kBoth, "ivybridge", "sandybridge", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt lahf_lm cx16 aes pclmulqdq avx rdrand f16c", ""},
    {kBoth, "haswell", "ivybridge x86_64_v3", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm xsave cx16 aes pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2",
     ""},
    {kBoth, "broadwell", "haswell", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 abm popcnt xsave lahf_lm cx16 aes pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2 rdseed adx",
     ""},
    {kBoth, "skylake", "broadwell", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm xsave cx16 aes pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsavec xsaveopt",
     ""},
    {kBoth, "mic_knl", "broadwell", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm cx16 aes xsave pclmulqdq avx "
     "rdrand f16c movbe avx2 fma bmi1 bmi2 rdseed adx avx512f avx512pf avx512er avx512cd",
     ""},
    {kBoth, "skylake_avx512", "skylake x86_64_v4", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm cx16 aes pclmulqdq avx rdrand "
     "f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsave xsavec xsaveopt avx512f "
     "clwb avx512vl avx512bw avx512dq avx512cd",
     ""},
    {kConda, "cannonlake", "skylake x86_64_v4", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm cx16 aes pclmulqdq avx rdrand "
     "f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsave xsavec xsaveopt avx512f "
     "avx512vl avx512bw avx512dq avx512cd avx512vbmi avx512ifma sha_ni",
     ""},
    {kRattler, "cannonlake", "skylake", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm cx16 aes pclmulqdq avx rdrand "
     "f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsave xsavec xsaveopt avx512f "
     "avx512vl avx512bw avx512dq avx512cd avx512vbmi avx512ifma sha_ni",
     ""},
    {kBoth, "cascadelake", "skylake_avx512", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm cx16 aes pclmulqdq avx rdrand "
     "f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsave xsavec xsaveopt avx512f "
     "clwb avx512vl avx512bw avx512dq avx512cd avx512_vnni",
     ""},
    {kBoth, "icelake", "cascadelake cannonlake", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm cx16 aes sha_ni pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsave xsavec xsaveopt "
     "avx512f avx512vl avx512bw avx512dq avx512cd avx512vbmi avx512ifma clwb rdpid gfni "
     "avx512_vbmi2 avx512_vpopcntdq avx512_bitalg avx512_vnni vpclmulqdq vaes",
     ""},
    {kBoth, "sapphirerapids", "icelake", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm cx16 sha_ni aes pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsave xsavec xsaveopt "
     "avx512f avx512vl avx512bw avx512dq avx512cd avx512vbmi avx512ifma clwb rdpid gfni "
     "avx512_vbmi2 avx512_vpopcntdq avx512_bitalg avx512_vnni vpclmulqdq vaes avx512_bf16 "
     "cldemote movdir64b movdiri serialize waitpkg amx_bf16 amx_tile amx_int8",
     ""},
    {kConda, "alderlake", "skylake", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm xsave cx16 aes pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsavec xsaveopt avx_vnni "
     "sha_ni clwb rdpid gfni vaes vpclmulqdq movdiri movdir64b serialize waitpkg",
     ""},
    {kConda, "arrowlake", "alderlake", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm xsave cx16 aes pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsavec xsaveopt avx_vnni "
     "sha_ni clwb rdpid gfni vaes vpclmulqdq movdiri movdir64b serialize waitpkg avx_ifma "
     "avx_ne_convert avx_vnni_int8 cmpccxadd",
     ""},
    {kConda, "arrowlake_s", "arrowlake", "GenuineIntel",
     "mmx sse sse2 ssse3 sse4_1 sse4_2 popcnt abm lahf_lm xsave cx16 aes pclmulqdq avx "
     "rdrand f16c movbe fma avx2 bmi1 bmi2 rdseed adx clflushopt xsavec xsaveopt avx_vnni "
     "sha_ni clwb rdpid gfni vaes vpclmulqdq movdiri movdir64b serialize waitpkg avx_ifma "
     "avx_ne_convert avx_vnni_int8 cmpccxadd avx_vnni_int16 sha512 sm3 sm4",
     ""},
    {kBoth, "k10", "x86_64", "AuthenticAMD", "mmx sse sse2 sse4a abm cx16 3dnow 3dnowext", ""},
    {kBoth, "bulldozer", "x86_64_v2", "AuthenticAMD",
     "mmx sse sse2 sse4a popcnt lahf_lm cx16 xsave abm avx xop fma4 aes pclmulqdq ssse3 "
     "sse4_1 sse4_2",
     ""},
    {kBoth, "piledriver", "bulldozer", "AuthenticAMD",
     "mmx sse sse2 sse4a popcnt lahf_lm cx16 xsave abm avx xop fma4 aes pclmulqdq ssse3 "
     "sse4_1 sse4_2 bmi1 f16c fma tbm",
     ""},
    {kBoth, "steamroller", "piledriver", "AuthenticAMD",
     "mmx sse sse2 sse4a popcnt lahf_lm cx16 xsave abm avx xop fma4 aes pclmulqdq ssse3 "
     "sse4_1 sse4_2 bmi1 f16c fma fsgsbase tbm",
     ""},
    {kBoth, "excavator", "steamroller x86_64_v3", "AuthenticAMD",
     "mmx sse sse2 sse4a popcnt lahf_lm cx16 xsave abm avx xop fma4 aes pclmulqdq ssse3 "
     "sse4_1 sse4_2 bmi1 f16c fma fsgsbase bmi2 avx2 movbe tbm",
     ""},
    {kBoth, "zen", "x86_64_v3", "AuthenticAMD",
     "bmi1 bmi2 f16c fma fsgsbase avx avx2 rdseed clzero aes pclmulqdq cx16 movbe mmx sse "
     "sse2 sse4a ssse3 sse4_1 sse4_2 abm xsave xsavec xsaveopt clflushopt popcnt lahf_lm",
     ""},
    {kBoth, "zen2", "zen", "AuthenticAMD",
     "bmi1 bmi2 f16c fma fsgsbase avx avx2 rdseed clzero aes pclmulqdq cx16 movbe mmx sse "
     "sse2 sse4a ssse3 sse4_1 sse4_2 abm xsave xsavec xsaveopt clflushopt popcnt clwb "
     "lahf_lm",
     ""},
    {kBoth, "zen3", "zen2", "AuthenticAMD",
     "bmi1 bmi2 f16c fma fsgsbase avx avx2 rdseed clzero aes pclmulqdq cx16 movbe mmx sse "
     "sse2 sse4a ssse3 sse4_1 sse4_2 abm xsave xsavec xsaveopt clflushopt popcnt lahf_lm "
     "clwb vaes vpclmulqdq pku",
     ""},
    {kBoth, "zen4", "zen3 x86_64_v4", "AuthenticAMD",
     "bmi1 bmi2 f16c fma fsgsbase avx avx2 rdseed clzero aes pclmulqdq cx16 movbe mmx sse "
     "sse2 sse4a ssse3 sse4_1 sse4_2 abm xsave xsavec xsaveopt clflushopt popcnt lahf_lm "
     "clwb vaes vpclmulqdq pku gfni flush_l1d avx512f avx512dq avx512ifma avx512cd "
     "avx512bw avx512vl avx512_bf16 avx512vbmi avx512_vbmi2 avx512_vnni avx512_bitalg "
     "avx512_vpopcntdq",
     ""},
    {kBoth, "zen5", "zen4", "AuthenticAMD",
     "abm aes avx avx2 avx512_bf16 avx512_bitalg avx512bw avx512cd avx512dq avx512f "
     "avx512ifma avx512vbmi avx512_vbmi2 avx512vl avx512_vnni avx512_vp2intersect "
     "avx512_vpopcntdq avx_vnni bmi1 bmi2 clflushopt clwb clzero cx16 f16c flush_l1d fma "
     "fsgsbase gfni mmx movbe movdir64b lahf_lm movdiri pclmulqdq popcnt pku rdseed sse "
     "sse2 sse4_1 sse4_2 sse4a ssse3 tsc_adjust vaes vpclmulqdq xsave xsavec xsaveopt",
     ""},
    {kConda, "zen6", "zen5", "AuthenticAMD",
     "abm aes avx avx2 avx512_bf16 avx512_bitalg avx512_fp16 avx512bw avx512cd avx512dq "
     "avx512f avx512ifma avx512vbmi avx512_vbmi2 avx512vl avx512_vnni avx512_vp2intersect "
     "avx512_vpopcntdq avx_vnni bmi1 bmi2 clflushopt clwb clzero cx16 f16c flush_l1d fma "
     "fsgsbase gfni mmx movbe movdir64b lahf_lm movdiri pclmulqdq popcnt pku rdseed sse "
     "sse2 sse4_1 sse4_2 sse4a ssse3 tsc_adjust vaes vpclmulqdq xsave xsavec xsaveopt",
     ""},
    {kBoth, "aarch64", "", "generic", "", ""},
    {kBoth, "armv8.1a", "aarch64", "generic", "", ""},
    {kBoth, "armv8.2a", "armv8.1a", "generic", "", ""},
    {kBoth, "armv8.3a", "armv8.2a", "generic", "", ""},
    {kBoth, "armv8.4a", "armv8.3a", "generic", "", ""},
    {kBoth, "armv8.5a", "armv8.4a", "generic", "", ""},
    {kBoth, "armv8.6a", "armv8.5a", "generic", "", ""},
    {kBoth, "armv9.0a", "armv8.5a", "generic", "", ""},
    {kConda, "armv9.2a", "armv9.0a armv8.6a", "generic", "", ""},
    {kBoth, "thunderx2", "armv8.1a", "Cavium",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics cpuid asimdrdm", "0x0af"},
    {kBoth, "a64fx", "armv8.2a", "Fujitsu",
     "fp asimd evtstrm sha1 sha2 crc32 atomics cpuid asimdrdm fphp asimdhp fcma dcpop sve",
     "0x001"},
    {kBoth, "cortex_a72", "aarch64", "ARM", "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid",
     "0xd08"},
    {kBoth, "neoverse_n1", "cortex_a72 armv8.2a", "ARM",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc "
     "dcpop asimddp",
     "0xd0c"},
    {kBoth, "neoverse_v1", "neoverse_n1 armv8.4a", "ARM",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 sve asimdfhm dit uscat ilrcpc flagm dcpodp "
     "svei8mm svebf16 i8mm bf16 dgh rng",
     "0xd40"},
    {kBoth, "neoverse_v2", "neoverse_n1 armv9.0a", "ARM",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 sve asimdfhm uscat ilrcpc flagm sb dcpodp sve2 "
     "flagm2 frint svei8mm svebf16 i8mm bf16",
     "0xd4f"},
    {kBoth, "neoverse_n2", "neoverse_n1 armv9.0a", "ARM",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 sve asimdfhm uscat ilrcpc flagm sb dcpodp sve2 "
     "flagm2 frint svei8mm svebf16 i8mm bf16",
     "0xd49"},
    {kBoth, "ampere1", "neoverse_n1 armv8.6a", "Ampere",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 asimdfhm dit uscat ilrcpc flagm ssbs sb paca "
     "pacg dcpodp flagm2 frint i8mm bf16 rng bti ecv",
     "0xac3"},
    {kConda, "ampere1a", "ampere1", "Ampere",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 sm3 sm4 asimddp sha512 asimdfhm dit uscat ilrcpc flagm ssbs sb "
     "paca pacg dcpodp flagm2 frint i8mm bf16 rng bti ecv",
     "0xac4"},
    {kRattler, "ampere1a", "neoverse_n1 armv8.6a", "Ampere",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 sm3 sm4 asimddp sha512 asimdfhm dit uscat ilrcpc flagm ssbs sb "
     "paca pacg dcpodp flagm2 frint i8mm bf16 rng bti ecv",
     "0xac4"},
    {kConda, "neoverse_v3ae", "neoverse_v2 armv9.2a", "ARM",
     "aes afp asimd asimddp asimdfhm asimdhp asimdrdm atomics bf16 bti cpuid crc32 dcpodp "
     "dcpop dgh dit ecv evtstrm fcma flagm flagm2 fp fphp frint i8mm ilrcpc jscvt lrcpc "
     "paca pacg pmull sb sha1 sha2 sha3 sha512 sm3 sm4 sve sve2 sveaes svebf16 svebitperm "
     "svei8mm svepmull svesha3 svesm4 uscat wfxt",
     "0xd83"},
    {kConda, "olympus", "armv9.2a", "Nvidia",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 sm3 sm4 asimddp sha512 sve asimdfhm dit uscat ilrcpc flagm "
     "ssbs sb paca pacg dcpodp sve2 sveaes svepmull svebitperm svesha3 svesm4 flagm2 frint "
     "svei8mm svebf16 i8mm bf16 dgh rng bti ecv afp wfxt fpmr lut faminmax f8cvt f8fma "
     "f8dp4 f8dp2 f8e4m3 f8e5m2 ls64",
     "0x010"},
    {kBoth, "m1", "armv8.4a", "Apple",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 asimdfhm dit uscat ilrcpc flagm ssbs sb paca "
     "pacg dcpodp flagm2 frint",
     "0x022"},
    {kBoth, "m2", "m1 armv8.5a", "Apple",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 asimdfhm dit uscat ilrcpc flagm ssbs sb paca "
     "pacg dcpodp flagm2 frint ecv bf16 i8mm bti",
     "0x032"},
    {kBoth, "m3", "m2 armv8.6a", "Apple",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 asimdfhm dit uscat ilrcpc flagm ssbs sb paca "
     "pacg dcpodp flagm2 frint ecv bf16 i8mm bti",
     "Unknown"},
    {kBoth, "m4", "m3 armv8.6a", "Apple",
     "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt "
     "fcma lrcpc dcpop sha3 asimddp sha512 asimdfhm dit uscat ilrcpc flagm ssbs sb paca "
     "pacg dcpodp flagm2 frint ecv bf16 i8mm bti sme sme2",
     "Unknown"},
};

}  // namespace

std::span<const ArchspecEntry> ArchspecTable() { return kTable; }

}  // namespace lanewise
