# What the kernels and the C ABI do, apart from accuracy: operations, strides and alignment,
# floating-point environment, errors, NumPy's loops, random calls.

lw_add_test(ops_test ops_test.cc)
lw_add_test(reference_test reference_test.cc)
lw_add_test(elementwise_test elementwise_test.cc)
lw_add_test(fpenv_test fpenv_test.cc)
lw_add_api_test(api_test api_test.cc)
lw_add_api_test(api_values_test api_values_test.cc)
lw_add_test(struct_size_test struct_size_test.cc)
lw_add_api_test(settings_test settings_test.cc)
lw_add_test(numpy_loop_test numpy_loop_test.cc)
lw_add_test(fuzz_test fuzz_test.cc)

set_tests_properties(ops_test reference_test api_test api_values_test struct_size_test settings_test
                     numpy_loop_test fuzz_test elementwise_test PROPERTIES LABELS "fast;sanitize")
# These measure memory traffic or set process-wide limits of threads: not beside each other.
set_tests_properties(elementwise_test fpenv_test PROPERTIES RUN_SERIAL ON)

# What runs on several threads, for ThreadSanitizer.
add_test(NAME elementwise_threads
         COMMAND elementwise_test --gtest_filter=*ThreadsChangeNothing*:*ThreadBudget*)
add_test(NAME settings_threads COMMAND settings_test --gtest_filter=Targets.*:Threads.*)
set_tests_properties(elementwise_threads settings_threads PROPERTIES LABELS threads TIMEOUT 600)

# Long: all 2^32 f32 values to f16, and a million random calls.
add_test(NAME ops_test_long COMMAND ops_test --gtest_filter=*F32ToF16Sweep)
set_tests_properties(ops_test_long PROPERTIES LABELS long TIMEOUT 3600
                     ENVIRONMENT LANEWISE_LONG_TESTS=1)
add_test(NAME fuzz_test_long COMMAND fuzz_test)
set_tests_properties(fuzz_test_long PROPERTIES LABELS long TIMEOUT 3600
                     ENVIRONMENT "LANEWISE_FUZZ_CASES=3000000;LANEWISE_FUZZ_SEED=1000000")

# The same calls under libFuzzer: cmake -DLANEWISE_FUZZER=ON with Clang.
option(LANEWISE_FUZZER "Build fuzz_libfuzzer (Clang)" OFF)
if(LANEWISE_FUZZER)
  add_executable(fuzz_libfuzzer fuzz_libfuzzer.cc)
  target_link_libraries(fuzz_libfuzzer PRIVATE lanewise_flags lanewise_objects
                                               lanewise_golden_static GTest::gtest
                                               ${CMAKE_DL_LIBS})
  target_compile_options(fuzz_libfuzzer PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_libfuzzer PRIVATE -fsanitize=fuzzer)
endif()
