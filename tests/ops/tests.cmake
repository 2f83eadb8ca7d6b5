# Every operation of lw::ops on every target against a scalar reference. In several files, each
# compiled in less than a minute.

lw_add_test(ops_test ops/ops_test.cc ops/ops_integers_narrow.cc ops/ops_integers_wide.cc
                     ops/ops_floats.cc ops/ops_rounding.cc ops/ops_lanes.cc)
set_tests_properties(ops_test PROPERTIES LABELS "fast;sanitize")
