# Which SIMD targets to compile, and the baseline of everything else.
#   LANEWISE_TARGETS   list such as "SSE2;AVX2"; the baseline's own target is always added
#   LANEWISE_BASELINE  v1 (default), v2, v3 or v4: raises the baseline, drops lower targets
# Both take the names that LANEWISE_MAX_TARGET takes when the library runs: avx2, AVX512, v3,
# x86-64-v3, and for the baseline a plain 3.

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(_all SSE2 SSE4 AVX2 AVX3 AVX3_ZEN4 AVX3_SPR)
  set(_default SSE2 SSE4 AVX2 AVX3)
  set(_level_v1 SSE2)
  set(_level_v2 SSE4)
  set(_level_v3 AVX2)
  set(_level_v4 AVX3)
  set(LANEWISE_LEVELS "v2, v3 or v4")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(_all NEON SVE SVE_256 SVE2 SVE2_128)
  set(_default NEON SVE SVE_256 SVE2_128)
  set(_level_v1 NEON)
  set(LANEWISE_LEVELS "")
else()
  message(FATAL_ERROR "lanewise supports x86-64 and AArch64, not ${CMAKE_SYSTEM_PROCESSOR}")
endif()

set(LANEWISE_TARGETS "${_default}" CACHE STRING "SIMD targets to compile, of: ${_all}")
set(LANEWISE_BASELINE v1 CACHE STRING "psABI level that every machine must have: v1, v2, v3 or v4")
string(TOLOWER "${LANEWISE_BASELINE}" _name)
string(REGEX REPLACE "^(x86-64-)?v?([0-9]+)$" "v\\2" _name "${_name}")
if(_name STREQUAL "x86-64")
  set(_name v1)
endif()
if(NOT DEFINED _level_${_name})
  string(REGEX REPLACE "^v" ", v" _levels "${LANEWISE_LEVELS}")
  message(FATAL_ERROR "LANEWISE_BASELINE=${LANEWISE_BASELINE} is not a level of "
                      "${CMAKE_SYSTEM_PROCESSOR}, which has v1${_levels}.")
endif()
set(LANEWISE_BASELINE ${_name})  # in this project, hiding the cache's spelling

set(_targets "")
foreach(_target IN LISTS LANEWISE_TARGETS)
  string(TOUPPER "${_target}" _name)
  string(REGEX REPLACE "^AVX-?512$" "AVX3" _name "${_name}")
  if(_name MATCHES "^(X86-64-)?V([0-9]+)$")
    if(DEFINED _level_v${CMAKE_MATCH_2})
      set(_name ${_level_v${CMAKE_MATCH_2}})
    endif()
  endif()
  if(NOT _name IN_LIST _all)
    message(FATAL_ERROR "LANEWISE_TARGETS: ${_target} is not one of ${_all}.")
  endif()
  list(APPEND _targets ${_name})
endforeach()

# Below the baseline nothing can run, so nothing is compiled.
set(_base ${_level_${LANEWISE_BASELINE}})
list(FIND _all ${_base} _base_index)
set(_compiled ${_base})
foreach(_target IN LISTS _targets)
  list(FIND _all ${_target} _index)
  if(_index GREATER _base_index AND NOT _target IN_LIST _compiled)
    list(APPEND _compiled ${_target})
  endif()
endforeach()
set(LANEWISE_COMPILED_TARGETS ${_compiled})
message(STATUS "lanewise: baseline ${LANEWISE_BASELINE}, targets ${LANEWISE_COMPILED_TARGETS}")

# Highway is told what to leave out. Plain NEON is its NEON_WITHOUT_AES.
list(TRANSFORM _compiled PREPEND HWY_)
list(TRANSFORM _compiled REPLACE "^HWY_NEON$" "HWY_NEON_WITHOUT_AES")
list(JOIN _compiled "|" _wanted)
set(LANEWISE_HWY_DISABLED "(~(${_wanted}))")

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  string(SUBSTRING ${LANEWISE_BASELINE} 1 1 LANEWISE_MACRO_LEVEL)  # for kernels/list/strict_math.h
  if(LANEWISE_BASELINE STREQUAL "v1")
    set(LANEWISE_BASELINE_FLAGS -march=x86-64)  # some compilers have another default
  else()
    set(LANEWISE_BASELINE_FLAGS -march=x86-64-${LANEWISE_BASELINE})
    # The dynamic loader reads this mark and refuses the library on a lesser machine.
    set(LANEWISE_BASELINE_LINK_FLAGS -Wl,-z,x86-64-${LANEWISE_BASELINE})
  endif()
endif()
