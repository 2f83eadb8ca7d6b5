# Refuses flags from outside that this build cannot take back: instructions above the baseline, which
# would run before the CPU has been looked at, and a link that changes the floating-point mode of
# every program that loads the library. Needs LANEWISE_BASELINE_FLAGS and LANEWISE_STRICT_*.

# What the project around us adds to every compilation here, as far as it is plain text.
get_directory_property(_inherited COMPILE_OPTIONS)
list(FILTER _inherited EXCLUDE REGEX "\\$<")
list(TRANSFORM _inherited REPLACE "^SHELL:" "")
list(JOIN _inherited " " _inherited)
string(TOUPPER "${CMAKE_BUILD_TYPE}" _config)
set(_outside "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${_config}} ${_inherited}")
string(STRIP "${_outside}" _outside)
separate_arguments(_outside_list UNIX_COMMAND "${_outside}")
set(_compiler ${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_ARG1})
if(CMAKE_CXX_COMPILER_TARGET AND CMAKE_CXX_COMPILER_ID MATCHES "Clang|IntelLLVM")
  list(APPEND _compiler --target=${CMAKE_CXX_COMPILER_TARGET})
endif()

# The features above the architecture's first level that the compiler may use under these flags.
function(lw_compiler_features result)
  execute_process(COMMAND ${_compiler} ${ARGN} -dM -E -x c++ /dev/null
                  OUTPUT_VARIABLE _macros ERROR_VARIABLE _error RESULT_VARIABLE _status)
  if(NOT _status EQUAL 0)
    message(FATAL_ERROR "lanewise: the compiler does not take its flags (${ARGN}):\n${_error}")
  endif()
  string(REGEX MATCHALL
    "__(SSE3|SSSE3|SSE4_1|SSE4_2|SSE4A|POPCNT|AVX[0-9A-Z_]*|FMA4?|F16C|BMI2?|LZCNT|MOVBE|ADX|ARM_FEATURE_(ATOMICS|SVE2?|FP16_VECTOR_ARITHMETIC|DOTPROD|RCPC|SHA3|BF16))__ 1|__ARM_FEATURE_(ATOMICS|SVE2?|FP16_VECTOR_ARITHMETIC|DOTPROD|RCPC|SHA3|BF16) 1"
    _features "${_macros}")
  list(TRANSFORM _features REPLACE "^__(ARM_FEATURE_)?|(__)? 1$" "")
  set(${result} "${_features}" PARENT_SCOPE)
endfunction()

# `-march` of the baseline comes last and wins over another; a distribution's compiler may have a
# level of its own without any flag, which is taken back in the same way.
lw_compiler_features(_own_features)
lw_compiler_features(_allowed ${LANEWISE_BASELINE_FLAGS})
lw_compiler_features(_wanted ${_outside_list})
lw_compiler_features(_given ${_outside_list} ${LANEWISE_BASELINE_FLAGS})
set(_extra ${_given})
set(_asked ${_wanted})
if(_allowed)
  list(REMOVE_ITEM _extra ${_allowed})
  list(REMOVE_ITEM _asked ${_allowed})
endif()
if(_own_features)
  list(REMOVE_ITEM _asked ${_own_features})
endif()
# SSE3 alone (-march=nocona, as in conda's compilers) is a habit, and is taken back.
if(_asked STREQUAL "SSE3")
  set(_asked "")
endif()
if(_asked OR _extra)
  list(APPEND _extra ${_asked})
  list(REMOVE_DUPLICATES _extra)
  list(JOIN _extra " " _extra)
  set(_instead "")
  if(LANEWISE_LEVELS)
    set(_instead " To require a newer CPU on purpose, set LANEWISE_BASELINE to ${LANEWISE_LEVELS}.")
  endif()
  message(FATAL_ERROR
    "lanewise: the compiler flags from outside (${_outside}) allow instructions above "
    "LANEWISE_BASELINE=${LANEWISE_BASELINE} in all of the library: ${_extra}. Its kernels are "
    "compiled for every level and chosen when it runs, so leave -march, -mcpu and -m options out."
    "${_instead}")
endif()

if(_outside MATCHES "-Ofast|-ffast-math|-funsafe-math-optimizations|-ffinite-math-only|-fassociative-math|-freciprocal-math|-fno-signed-zeros")
  message(STATUS "lanewise: ${CMAKE_MATCH_0} from outside is switched off for lanewise")
endif()

# What the driver would link, without linking.
separate_arguments(_linker_flags UNIX_COMMAND
                   "${CMAKE_SHARED_LINKER_FLAGS} ${CMAKE_MODULE_LINKER_FLAGS}")
get_directory_property(_inherited LINK_OPTIONS)
list(FILTER _inherited EXCLUDE REGEX "\\$<|^LINKER:|^SHELL:")
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/empty.o "")
execute_process(COMMAND ${_compiler} ${_outside_list} ${_linker_flags} ${_inherited}
                        ${LANEWISE_STRICT_LINK_OPTIONS}
                        -shared ${CMAKE_CURRENT_BINARY_DIR}/empty.o -o /dev/null -###
                OUTPUT_VARIABLE _link ERROR_VARIABLE _link_error)
if("${_link}${_link_error}" MATCHES "crtfastmath")
  message(FATAL_ERROR
    "lanewise: the linker flags from outside (${_outside} ${CMAKE_SHARED_LINKER_FLAGS}) link "
    "crtfastmath.o, which makes every thread that loads the library flush subnormals. Leave "
    "-ffast-math, -Ofast and -mdaz-ftz out of them.")
endif()
