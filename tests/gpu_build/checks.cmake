# Checks of the compiled GPU plugin, without a GPU: ctest in a build with it (gpu/cuda includes this).
set(_gpu_build ${PROJECT_SOURCE_DIR}/tests/gpu_build)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_executable(lanewise_count_operations ${_gpu_build}/count_operations.cc)
target_link_libraries(lanewise_count_operations PRIVATE lanewise_cuda_flags)
target_compile_options(lanewise_count_operations PRIVATE -Wno-unknown-pragmas)
add_executable(lanewise_plugin_check ${_gpu_build}/plugin_check.cc)
target_link_libraries(lanewise_plugin_check PRIVATE lanewise ${CMAKE_DL_LIBS})
target_compile_features(lanewise_plugin_check PRIVATE cxx_std_20)
target_compile_definitions(lanewise_plugin_check PRIVATE LANEWISE_CUDA_PLUGIN="${LANEWISE_CUDA_PLUGIN}")
target_include_directories(lanewise_plugin_check PRIVATE ${PROJECT_SOURCE_DIR})

set(_planted ${CMAKE_CURRENT_BINARY_DIR}/planted)
file(MAKE_DIRECTORY ${_planted})
add_library(lanewise_cuda_planted OBJECT ${_gpu_build}/planted.cu)
target_link_libraries(lanewise_cuda_planted PRIVATE lanewise_cuda_flags)
target_compile_options(lanewise_cuda_planted PRIVATE -gencode=arch=compute_90,code=sm_90
  -std=c++20 --expt-relaxed-constexpr --keep --keep-dir=${_planted})

set(_check ${Python3_EXECUTABLE} ${_gpu_build}/check_compiled.py
           --count $<TARGET_FILE:lanewise_count_operations>)
add_test(NAME cuda-compiled
         COMMAND ${_check} --kept ${LANEWISE_CUDA_KEPT}
                 --plugin $<TARGET_FILE:lanewise_cuda>
                 --result ${CMAKE_CURRENT_BINARY_DIR}/registers.json)
add_test(NAME cuda-check-finds-planted-problems
         COMMAND ${_check} --kept ${_planted}
                 --expect "may be contracted" approximates "flushes subnormals"
                          "uses local memory" "bytes of stack" "calls a function"
                          "moves bits, but has" "x fma per element" "no load of 16 bytes"
                          "no store of 16 bytes" "is missing")
add_test(NAME cuda-plugin COMMAND lanewise_plugin_check $<TARGET_FILE:lanewise_cuda>)
set_tests_properties(cuda-compiled cuda-check-finds-planted-problems cuda-plugin
                     PROPERTIES LABELS gpu TIMEOUT 300)

# For a machine with a GPU: check.sh.
option(LANEWISE_CUDA_CHECK "Build gpu_check and gpu_bench" OFF)
if(LANEWISE_CUDA_CHECK)
  add_executable(gpu_check ${_gpu_build}/gpu_check.cc)
  target_link_libraries(gpu_check PRIVATE lanewise lanewise_golden)
  target_compile_features(gpu_check PRIVATE cxx_std_20)
  add_executable(gpu_bench ${PROJECT_SOURCE_DIR}/benchmarks/gpu/gpu_bench.cu)
  target_link_libraries(gpu_bench PRIVATE lanewise CUDA::cudart_static)
  target_compile_options(gpu_bench PRIVATE ${LANEWISE_CUDA_CODE} -std=c++20)
endif()
