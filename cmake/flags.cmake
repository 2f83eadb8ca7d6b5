# Flags of everything that can influence a result's bits or leak instructions, whatever the flags of
# the user or of the project around lanewise say.
#   lanewise_strict   strict floating point and the baseline's instructions, compiling and linking
#   lanewise_flags    the same, and what the library's own sources need

# -ffast-math and its parts from outside (CMAKE_CXX_FLAGS, a parent's add_compile_options) are taken
# back; kernels/list/strict_math.h refuses what gets through.
set(LANEWISE_STRICT_OPTIONS -fno-fast-math -fno-unsafe-math-optimizations -fno-finite-math-only
    -fno-associative-math -fno-reciprocal-math -fsigned-zeros)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND LANEWISE_STRICT_OPTIONS -ftrapping-math)  # GCC's default; Clang's is the opposite
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "IntelLLVM")
  list(PREPEND LANEWISE_STRICT_OPTIONS -fp-model=precise)  # its default is fast
endif()
# Last: Clang's -fno-fast-math would bring back its own default.
list(APPEND LANEWISE_STRICT_OPTIONS -ffp-contract=off)
# At the link these decide whether crtfastmath.o is taken, which makes the thread that loads the
# library flush subnormals.
set(LANEWISE_STRICT_LINK_OPTIONS -O2 -fno-fast-math -fno-unsafe-math-optimizations)  # -O2: not -Ofast
if(CMAKE_CXX_COMPILER_ID STREQUAL "IntelLLVM")
  list(APPEND LANEWISE_STRICT_LINK_OPTIONS -fp-model=precise)
endif()
include(CheckCXXCompilerFlag)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  check_cxx_compiler_flag(-mno-daz-ftz LANEWISE_HAS_NO_DAZ_FTZ)  # GCC 13 and newer
  if(LANEWISE_HAS_NO_DAZ_FTZ)
    list(APPEND LANEWISE_STRICT_LINK_OPTIONS -mno-daz-ftz)
  endif()
endif()

include(cmake/check_flags.cmake)
# Makefiles put these variables after a target's link options, Ninja before.
list(JOIN LANEWISE_STRICT_LINK_OPTIONS " " LANEWISE_STRICT_LINK)
string(APPEND CMAKE_SHARED_LINKER_FLAGS " ${LANEWISE_STRICT_LINK}")
string(APPEND CMAKE_MODULE_LINKER_FLAGS " ${LANEWISE_STRICT_LINK}")

# SHELL: keeps them together. CMake would drop one that the project around has set already, and with
# it the order.
list(JOIN LANEWISE_STRICT_OPTIONS " " _options)
set(LANEWISE_STRICT_SHELL "$<$<COMPILE_LANGUAGE:CXX>:SHELL:${_options}>")  # without a level: gpu/
add_library(lanewise_strict INTERFACE)
target_compile_options(lanewise_strict INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:SHELL:${_options} ${LANEWISE_BASELINE_FLAGS}>")
target_link_options(lanewise_strict INTERFACE "SHELL:${LANEWISE_STRICT_LINK}")

add_library(lanewise_flags INTERFACE)
target_compile_features(lanewise_flags INTERFACE cxx_std_20)
target_link_libraries(lanewise_flags INTERFACE lanewise_hwy lanewise_strict)
target_compile_options(lanewise_flags INTERFACE
  -fexceptions -fvisibility=hidden -Wall -Wextra -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.
  $<$<BOOL:${LANEWISE_WERROR}>:-Werror>)
if(PROJECT_IS_TOP_LEVEL)
  # Also without a build type. Debug stays what it is: somebody debugs lanewise.
  target_compile_options(lanewise_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:-O2>)
else()
  # Kernels at -O0 are 30 times slower and help nobody; the project's warnings are for its own code.
  target_compile_options(lanewise_flags INTERFACE -O2 -w)
  target_compile_definitions(lanewise_flags INTERFACE NDEBUG)
endif()
target_compile_definitions(lanewise_flags INTERFACE
  HWY_DISABLE_PCLMUL_AES "HWY_DISABLED_TARGETS=${LANEWISE_HWY_DISABLED}"
  "LANEWISE_TBB_MODULE=\"${LANEWISE_TBB_MODULE}\""
  "LANEWISE_CUDA_PLUGIN=\"${LANEWISE_CUDA_PLUGIN}\"" "LANEWISE_VERSION=\"${PROJECT_VERSION}\"")
if(LANEWISE_MACRO_LEVEL)
  target_compile_definitions(lanewise_flags INTERFACE LANEWISE_BASELINE_LEVEL=${LANEWISE_MACRO_LEVEL})
endif()
target_include_directories(lanewise_flags INTERFACE ${PROJECT_SOURCE_DIR}
                                                    ${PROJECT_SOURCE_DIR}/include)
