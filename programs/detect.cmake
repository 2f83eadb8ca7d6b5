# lanewise-detect: compiled apart from the library, for the architecture's baseline whatever the
# library's is, since it runs on machines that the library has not been chosen for yet; static, so
# that it needs nothing of the environment it is installed in.

include(CheckCXXSourceCompiles)

add_executable(lanewise-detect
  programs/detect.cc dispatch/base/error.cc dispatch/host/host.cc dispatch/host/host_arm.cc dispatch/host/host_cores.cc
  dispatch/host/host_x86.cc dispatch/host/os_linux.cc dispatch/base/text.cc machine/archspec.cc
  machine/archspec_data.cc machine/virtual_packages.cc)
target_compile_features(lanewise-detect PRIVATE cxx_std_20)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  target_compile_options(lanewise-detect PRIVATE -march=x86-64)
endif()
target_compile_options(lanewise-detect PRIVATE -Wall -Wextra -ffunction-sections -fdata-sections
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. $<$<BOOL:${LANEWISE_WERROR}>:-Werror>)
target_include_directories(lanewise-detect PRIVATE ${PROJECT_SOURCE_DIR}
                                                   ${PROJECT_SOURCE_DIR}/include)
target_link_options(lanewise-detect PRIVATE -Wl,--gc-sections)
set(CMAKE_REQUIRED_LINK_OPTIONS -static)
check_cxx_source_compiles("#include <string>\nint main() { return std::string().size(); }"
                          LANEWISE_STATIC_PROGRAMS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(LANEWISE_STATIC_PROGRAMS)  # not with a sanitizer, nor without the static C library
  target_link_options(lanewise-detect PRIVATE -static $<$<CONFIG:Release>:-s>)
endif()
