# What the kernels compute: golden hashes, references, the order of reductions and scans.

# The scalar references of elementwise kernels: one compilation for the tests that hold them against
# results.
add_library(lanewise_definitions OBJECT kernels/definitions.cc)
target_link_libraries(lanewise_definitions PRIVATE lanewise_flags lanewise_golden_static GTest::gtest)
lw_add_test(golden_test kernels/golden_test.cc kernels/golden_reference.cc
            $<TARGET_OBJECTS:lanewise_definitions>)
lw_add_test(reference_test kernels/reference_test.cc $<TARGET_OBJECTS:lanewise_definitions>)
lw_add_test(convert_test kernels/convert_test.cc)
lw_add_test(exhaustive_test kernels/exhaustive_test.cc kernels/exhaustive_reduce_test.cc
            $<TARGET_OBJECTS:lanewise_definitions>)
lw_add_test(outputs_test kernels/outputs_test.cc)
lw_add_test(reduce_test kernels/reduce_test.cc kernels/reduce_view_test.cc
                        kernels/reduce_threads_test.cc)
lw_add_test(scan_test kernels/scan_test.cc)
lw_add_test(search_test kernels/search_test.cc)
lw_add_test(power_test kernels/power_test.cc)
set_tests_properties(reference_test convert_test exhaustive_test outputs_test reduce_test scan_test
                     search_test power_test PROPERTIES
                     LABELS "fast;sanitize")
add_test(NAME search_threads COMMAND search_test --gtest_filter=*ThreadsChangeNothing)
set_tests_properties(search_threads PROPERTIES LABELS threads TIMEOUT 600)
# Long: all 2^32 f32 values to f16 and bf16.
add_test(NAME convert_test_long COMMAND convert_test --gtest_filter=*SweepOfF32)
set_tests_properties(convert_test_long PROPERTIES LABELS long TIMEOUT 3600
                     ENVIRONMENT LANEWISE_LONG_TESTS=1)
# 384 rounds of what takes 4 in the fast tests.
add_test(NAME exhaustive_test_long COMMAND exhaustive_test --gtest_filter=*AmongSpecialValues)
set_tests_properties(exhaustive_test_long PROPERTIES LABELS long TIMEOUT 3600
                     ENVIRONMENT LANEWISE_LONG_TESTS=1)
