# What the kernels compute: golden hashes, references, the order of reductions and scans.

lw_add_test(golden_test kernels/golden_test.cc kernels/golden_reference.cc)
lw_add_test(reference_test kernels/reference_test.cc)
lw_add_test(outputs_test kernels/outputs_test.cc)
lw_add_test(reduce_test kernels/reduce_test.cc)
lw_add_test(scan_test kernels/scan_test.cc)
lw_add_test(power_test kernels/power_test.cc)
set_tests_properties(reference_test outputs_test reduce_test scan_test power_test PROPERTIES
                     LABELS "fast;sanitize")
