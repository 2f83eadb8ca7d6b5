# What is built and installed: instructions above the baseline, flags, installation, projects around
# lanewise, programs, pages.

add_test(NAME highway COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/highway_test.sh ${PROJECT_SOURCE_DIR})
set_tests_properties(highway PROPERTIES ENVIRONMENT "LANEWISE_TEST_HIGHWAY=${LANEWISE_HIGHWAY}")
add_test(NAME ci COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/ci_test.sh ${PROJECT_SOURCE_DIR})
add_test(NAME pages COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bare/pages_test.sh ${PROJECT_SOURCE_DIR})
add_test(NAME probe COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/probe_test.sh
                            $<TARGET_FILE:lanewise-probe>)
add_test(NAME floors COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/build/floors_test.py
                             ${PROJECT_SOURCE_DIR})
set_tests_properties(ci floors highway pages PROPERTIES LABELS "fast;sources" TIMEOUT 600)
add_test(NAME kernel_lists COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/kernel_lists_test.sh
                                   $<TARGET_FILE:lanewise-probe> ${PROJECT_SOURCE_DIR})
set_tests_properties(probe kernel_lists PROPERTIES LABELS fast TIMEOUT 600)

# Sizes are those of the compiler and the options that packages are built with.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release" AND
   NOT CMAKE_CXX_FLAGS MATCHES "fsanitize")
  add_test(NAME budgets COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/build/budgets_test.py
                                $<TARGET_FILE:lanewise-probe> $<TARGET_FILE:lanewise>
                                $<TARGET_OBJECTS:lanewise_objects> COMMAND_EXPAND_LISTS)
  set_tests_properties(budgets PROPERTIES LABELS fast TIMEOUT 600)
  # Compiles the library again.
  set_target_properties(lanewise_objects ops_test PROPERTIES EXPORT_COMPILE_COMMANDS ON)
  add_test(NAME compile_time
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/build/compile_time_test.py
                   $<TARGET_FILE:lanewise-probe> ${CMAKE_BINARY_DIR}/compile_commands.json)
  set_tests_properties(compile_time PROPERTIES LABELS long TIMEOUT 7200 RUN_SERIAL ON)
endif()

set(_places ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})
foreach(_way installed folders examples)
  add_test(NAME install_${_way}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/install_test.sh ${_places} ${_way})
endforeach()
# They write the build's install_manifest.txt.
set_tests_properties(install_installed install_folders install_examples
                     PROPERTIES LABELS "fast;sources" TIMEOUT 600 RESOURCE_LOCK install_manifest)
add_test(NAME flags COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/flags_test.sh ${_places})
set_tests_properties(flags PROPERTIES LABELS "fast;sources" TIMEOUT 600)
# These compile the library: once with one target each, twice with a raised baseline.
foreach(_way shared static)
  add_test(NAME parent_${_way}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/parents_test.sh ${_places} ${_way})
  set_tests_properties(parent_${_way} PROPERTIES LABELS "fast;sources" TIMEOUT 3600 RUN_SERIAL ON)
endforeach()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  # The scan for instructions above the baseline, and its proof that it can fail.
  set(_scan ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/build/scan_instructions.py)
  # GCC writes "rep bsf" (which disassembles as tzcnt, and runs as bsf on old CPUs) for ctz of
  # non-zero values; xgetbv is executed only after CPUID has announced it.
  set(_allow --allow .*:tzcnt --allow .*lanewise.*:xgetbv --baseline ${LANEWISE_BASELINE})
  list(TRANSFORM LANEWISE_COMPILED_TARGETS PREPEND N_ OUTPUT_VARIABLE _namespaces)
  list(JOIN _namespaces "," _namespaces)
  add_test(NAME scan COMMAND ${_scan} $<TARGET_FILE:lanewise> ${_allow}
                             --require-targets ${_namespaces})
  add_library(scan_leak OBJECT build/scan_leak.cc)
  target_link_libraries(scan_leak PRIVATE lanewise_flags)
  add_test(NAME scan-finds-planted-leak
           COMMAND ${_scan} $<TARGET_OBJECTS:scan_leak> ${_allow} --expect-leak 4Leak)
  set_tests_properties(scan scan-finds-planted-leak PROPERTIES LABELS fast)

  add_test(NAME baseline COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/build/baseline_test.sh ${CMAKE_BINARY_DIR}
                                 ${PROJECT_SOURCE_DIR})
  set_tests_properties(baseline PROPERTIES LABELS long TIMEOUT 7200 RUN_SERIAL ON)
endif()

if(TARGET atmosphere)
  add_test(NAME example-atmosphere COMMAND atmosphere)
  set_tests_properties(example-atmosphere PROPERTIES LABELS fast TIMEOUT 600)
endif()
