# Every operation of lw::ops on every target against a scalar reference.

lw_add_test(ops_test ops/ops_test.cc)
set_tests_properties(ops_test PROPERTIES LABELS "fast;sanitize")
# Long: all 2^32 f32 values to f16.
add_test(NAME ops_test_long COMMAND ops_test --gtest_filter=*F32ToF16Sweep)
set_tests_properties(ops_test_long PROPERTIES LABELS long TIMEOUT 3600
                     ENVIRONMENT LANEWISE_LONG_TESTS=1)
