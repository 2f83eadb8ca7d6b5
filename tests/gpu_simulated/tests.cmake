# What can be tested of the CUDA kernels without CUDA: their arithmetic over one lane and the order
# of their reductions, compiled for the host. Label "gpu".

lw_add_test(one_lane_test gpu_simulated/one_lane_test.cc gpu_simulated/one_lane_loops.cc)
set_tests_properties(one_lane_test PROPERTIES LABELS "fast;gpu"
                     ENVIRONMENT "GTEST_FILTER=-OneLaneLong.*")
add_test(NAME one_lane_test_long COMMAND one_lane_test --gtest_filter=OneLaneLong.*)
set_tests_properties(one_lane_test_long PROPERTIES LABELS "long;gpu" TIMEOUT 3600)

# The kernels themselves, grids and arguments included, simulated thread by thread.
lw_add_test(gpu_order_test gpu_simulated/order_test.cc gpu_simulated/order_reduce_test.cc
            gpu_simulated/simulated_gpu.cc gpu_simulated/simulated_maps.cc
            gpu_simulated/simulated_reductions.cc ${PROJECT_SOURCE_DIR}/gpu/device/launch_map.cc
            ${PROJECT_SOURCE_DIR}/gpu/device/launch_reduce.cc)
set_tests_properties(gpu_order_test PROPERTIES LABELS "fast;gpu;sanitize")
# The pragmas are nvcc's. Each kernel is compiled six times for calls that are short: -O2 would take
# twice as long to build, and save nothing; sanitizers multiply that.
set(_level -O1)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  set(_level -O0)
endif()
set_source_files_properties(gpu_simulated/simulated_maps.cc gpu_simulated/simulated_reductions.cc
                            PROPERTIES COMPILE_OPTIONS "-Wno-unknown-pragmas;${_level}")
