# The GPU's host side without a GPU: detection against a fake driver, calls against a fake plugin.
# Label "gpu". CUDA's own code is tested elsewhere.

set(_gpu ${CMAKE_CURRENT_SOURCE_DIR}/gpu_host)

# Modules for the tests alone, in a folder where no library looks for a plugin.
set(_fakes ${CMAKE_BINARY_DIR}/gpu-fakes)
function(lw_add_fake name)
  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${_fakes}
                                           C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_compile_features(${name} PRIVATE c_std_11 cxx_std_20)
  # Without symbols that keep a module loaded after a dlopen that failed; the real one has none either.
  target_compile_options(${name} PRIVATE -Wall -Wextra $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
endfunction()

lw_add_fake(fake_driver ${_gpu}/fake_driver.c)
lw_add_fake(fake_driver_broken ${_gpu}/fake_driver.c)
target_compile_definitions(fake_driver_broken PRIVATE BROKEN)

# The fake plugin computes with the CPU library, whatever the test is linked with.
lw_add_fake(fake_plugin ${_gpu}/fake_plugin.cc ${_gpu}/fake_memory.cc ${_gpu}/fake_tasks.cc)
target_link_libraries(fake_plugin PRIVATE lanewise)
set(_refused no_symbol wrong_abi wrong_numerics short_table no_table no_functions)
foreach(_name IN LISTS _refused)
  lw_add_fake(plugin_${_name} ${_gpu}/refused_plugin.c)
  string(TOUPPER ${_name} _definition)
  target_compile_definitions(plugin_${_name} PRIVATE ${_definition})
  target_link_libraries(plugin_${_name} PRIVATE lanewise)
endforeach()
# Everything fits, except the release.
lw_add_fake(plugin_other_release ${_gpu}/fake_plugin.cc ${_gpu}/fake_memory.cc ${_gpu}/fake_tasks.cc)
target_compile_definitions(plugin_other_release PRIVATE FAKE_RELEASE="9.8.7")
target_link_libraries(plugin_other_release PRIVATE lanewise)
list(APPEND _refused other_release)
list(TRANSFORM _refused PREPEND plugin_)
add_custom_target(gpu_fakes DEPENDS fake_driver fake_driver_broken fake_plugin ${_refused})

function(lw_add_gpu_test name)
  lw_add_test(${name} ${ARGN})
  target_compile_definitions(${name} PRIVATE
    LW_FAKE_DRIVER="$<TARGET_FILE:fake_driver>" LW_BROKEN_DRIVER="$<TARGET_FILE:fake_driver_broken>"
    LW_FAKE_FOLDER="${_fakes}")
  add_dependencies(${name} gpu_fakes)
  set_tests_properties(${name} PROPERTIES LABELS "fast;gpu;sanitize")
endfunction()

lw_add_gpu_test(gpu_driver_test ${_gpu}/driver_test.cc)
set_tests_properties(gpu_driver_test PROPERTIES LABELS "fast;gpu;sanitize;threads")
lw_add_gpu_test(gpu_states_test ${_gpu}/states_test.cc)
lw_add_gpu_test(gpu_geometry_test ${_gpu}/geometry_test.cc)
lw_add_gpu_test(gpu_calls_test ${_gpu}/calls_test.cc)
lw_add_gpu_test(gpu_streams_test ${_gpu}/streams_test.cc)
lw_add_gpu_test(gpu_arguments_test ${_gpu}/arguments_test.cc)
lw_add_gpu_test(machine_cuda_test host/machine_cuda_test.cc)
# Has an allocator of its own, which those of the sanitizers do not stand.
lw_add_gpu_test(gpu_short_memory_test ${_gpu}/short_memory_test.cc ${_gpu}/short_memory.cc)
set_tests_properties(gpu_short_memory_test PROPERTIES LABELS "fast;gpu")

# The shared library with another place for driver and plugin (inject.cc), for programs and bindings.
add_library(gpu_test_library SHARED $<TARGET_OBJECTS:lanewise_objects> ${_gpu}/inject.cc)
target_link_libraries(gpu_test_library PRIVATE lanewise_flags ${CMAKE_DL_LIBS})
target_link_options(gpu_test_library PRIVATE
  -Wl,--version-script=${PROJECT_SOURCE_DIR}/api/exports.map -Wl,-Bsymbolic)
set_target_properties(gpu_test_library PROPERTIES
  OUTPUT_NAME lanewise SOVERSION ${LANEWISE_SOVERSION} LIBRARY_OUTPUT_DIRECTORY ${_fakes}/lib)
add_dependencies(gpu_fakes gpu_test_library)
add_test(NAME gpu_probe_test COMMAND ${_gpu}/probe_test.sh $<TARGET_FILE:lanewise-probe> ${_fakes})
set_tests_properties(gpu_probe_test PROPERTIES LABELS "fast;gpu" TIMEOUT 600)
