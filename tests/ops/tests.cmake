# Every operation of lw::ops on every target against a scalar reference.

lw_add_test(ops_test ops/ops_test.cc)
set_tests_properties(ops_test PROPERTIES LABELS "fast;sanitize")
