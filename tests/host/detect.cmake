# lanewise-detect on emulated CPUs: it asks the CPU itself, not /proc/cpuinfo.
if(NOT TARGET lanewise-detect)
  return()
endif()

function(lw_add_detect name pattern)
  add_test(NAME detect-${name}
           COMMAND ${_emulated}/run-qemu.sh ${ARGN} -- $<TARGET_FILE:lanewise-detect>)
  set_tests_properties(detect-${name} PROPERTIES LABELS emulated TIMEOUT 60
                       PASS_REGULAR_EXPRESSION ${pattern})
endfunction()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  if(CMAKE_CROSSCOMPILING)
    lw_add_detect(neon "aarch64.*\"8\".*\"10\".*\"NEON\"" --arch aarch64 --sve off)
    lw_add_detect(sve256 "aarch64.*\"9\".*\"40\".*\"SVE2\"" --arch aarch64 --sve 256)
    lw_add_detect(sve2-128 "aarch64.*\"9\".*\"50\".*\"SVE2_128\"" --arch aarch64 --sve 128)
  endif()
else()
  lw_add_detect(v1 "x86_64.*\"1\".*aarch64\": null.*\"SSE2\"" --cpu v1)
  lw_add_detect(nehalem "x86_64.*\"2\".*aarch64\": null.*\"SSE4\"" --cpu Nehalem)
  lw_add_detect(haswell "x86_64.*\"3\".*aarch64\": null.*\"AVX2\"" --cpu Haswell)
endif()
