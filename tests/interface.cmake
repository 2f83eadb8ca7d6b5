# Tests of the library's faces: list and headers, lanewise.hpp, symbols, installation, and the
# places a shared library ends up in (fork, constructors, sandboxes, a second copy).

find_package(Python3 REQUIRED COMPONENTS Interpreter)

lw_add_api_test(list_test list_test.cc)
lw_add_api_test(hpp_test hpp_test.cc)
lw_add_api_test(hpp_operands_test hpp_operands_test.cc)
find_path(LANEWISE_EIGEN_INCLUDE Eigen/Core PATH_SUFFIXES eigen3)  # a witness, if it is here
if(LANEWISE_EIGEN_INCLUDE)
  target_include_directories(hpp_operands_test SYSTEM PRIVATE ${LANEWISE_EIGEN_INCLUDE})
endif()
add_executable(no_exceptions no_exceptions.cc)
target_compile_options(no_exceptions PRIVATE -fno-exceptions -fno-rtti -Wall -Wextra)
target_link_libraries(no_exceptions PRIVATE lanewise::cpp)
add_test(NAME no_exceptions COMMAND no_exceptions)
lw_add_api_test(second_copy_test second_copy_test.cc)
lw_add_api_test(fork_test fork_test.cc)
lw_add_api_test(no_proc_test no_proc_test.cc)
foreach(_test second_copy_test fork_test no_proc_test)
  target_include_directories(${_test} PRIVATE ${PROJECT_SOURCE_DIR})
endforeach()
set_tests_properties(list_test hpp_test hpp_operands_test PROPERTIES LABELS "fast;sanitize")

# A library whose constructor uses lanewise: linked, and loaded by a program without lanewise.
add_library(constructor_library SHARED constructor_library.cc)
target_compile_features(constructor_library PRIVATE cxx_std_20)
target_include_directories(constructor_library PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(constructor_library PRIVATE lanewise)
lw_add_api_test(constructor_test constructor_test.cc)
target_include_directories(constructor_test PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(constructor_test PRIVATE constructor_library)
add_executable(constructor_dlopen constructor_dlopen.cc)
target_link_libraries(constructor_dlopen PRIVATE ${CMAKE_DL_LIBS})
add_test(NAME constructor_dlopen
         COMMAND constructor_dlopen $<TARGET_FILE:constructor_library>)

add_test(NAME headers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/headers_test.sh ${PROJECT_SOURCE_DIR})
add_test(NAME symbols COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/symbols_test.py
                              $<TARGET_FILE:lanewise>
                              ${PROJECT_SOURCE_DIR}/include/lanewise/lanewise.h
                              ${PROJECT_SOURCE_DIR}/include/lanewise/lanewise_gpu.h)
add_test(NAME highway COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/highway_test.sh ${PROJECT_SOURCE_DIR})
set_tests_properties(highway PROPERTIES ENVIRONMENT "LANEWISE_TEST_HIGHWAY=${LANEWISE_HIGHWAY}")
add_test(NAME pages COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bare/pages_test.sh ${PROJECT_SOURCE_DIR})
add_test(NAME probe COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/probe_test.sh
                            $<TARGET_FILE:lanewise-probe>)
set_tests_properties(constructor_dlopen headers highway no_exceptions pages probe symbols PROPERTIES
                     LABELS fast TIMEOUT 600)

set(_places ${CMAKE_BINARY_DIR} ${PROJECT_SOURCE_DIR})
foreach(_way installed folders examples)
  add_test(NAME install_${_way}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/install_test.sh ${_places} ${_way})
endforeach()
# They write the build's install_manifest.txt.
set_tests_properties(install_installed install_folders install_examples
                     PROPERTIES LABELS fast TIMEOUT 600 RESOURCE_LOCK install_manifest)
add_test(NAME flags COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/flags_test.sh ${_places})
set_tests_properties(flags PROPERTIES LABELS fast TIMEOUT 600)
# These compile the library: once with one target each, twice with a raised baseline.
foreach(_way shared static)
  add_test(NAME parent_${_way}
           COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/parents_test.sh ${_places} ${_way})
  set_tests_properties(parent_${_way} PROPERTIES LABELS fast TIMEOUT 3600 RUN_SERIAL ON)
endforeach()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  add_test(NAME baseline COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/baseline_test.sh ${CMAKE_BINARY_DIR}
                                 ${PROJECT_SOURCE_DIR})
  set_tests_properties(baseline PROPERTIES LABELS long TIMEOUT 7200 RUN_SERIAL ON)
endif()

if(TARGET atmosphere)
  add_test(NAME example-atmosphere COMMAND atmosphere)
  set_tests_properties(example-atmosphere PROPERTIES LABELS fast TIMEOUT 600)
endif()
