# Random calls: a sample in CI, millions in `make test-long`, and under libFuzzer.

lw_add_test(fuzz_test fuzz/fuzz_test.cc)
set_tests_properties(fuzz_test PROPERTIES LABELS "fast;sanitize")
add_test(NAME fuzz_test_long COMMAND fuzz_test)
set_tests_properties(fuzz_test_long PROPERTIES LABELS long TIMEOUT 3600
                     ENVIRONMENT "LANEWISE_FUZZ_CASES=3000000;LANEWISE_FUZZ_SEED=1000000")

# The same calls under libFuzzer: cmake -DLANEWISE_FUZZER=ON with Clang.
option(LANEWISE_FUZZER "Build fuzz_libfuzzer (Clang)" OFF)
if(LANEWISE_FUZZER)
  add_executable(fuzz_libfuzzer fuzz/fuzz_libfuzzer.cc)
  target_link_libraries(fuzz_libfuzzer PRIVATE lanewise_flags lanewise_objects
                                               lanewise_golden_static GTest::gtest
                                               ${CMAKE_DL_LIBS})
  target_compile_options(fuzz_libfuzzer PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_libfuzzer PRIVATE -fsanitize=fuzzer)
endif()
