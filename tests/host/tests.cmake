# What the machine is said to be: recorded machines, budgets of CPUs, an outside witness.

lw_add_test(host_test host/host_test.cc)
lw_add_test(machine_test host/machine_test.cc)
lw_add_test(budget_test host/budget_test.cc)
lw_add_api_test(no_proc_test host/no_proc_test.cc)
target_include_directories(no_proc_test PRIVATE ${PROJECT_SOURCE_DIR})
# A witness for the tests alone: the library has its own detection (docs/machine.md).
find_path(LANEWISE_CPUINFO_INCLUDE cpuinfo.h REQUIRED)
find_library(LANEWISE_CPUINFO cpuinfo REQUIRED)
lw_add_test(cpuinfo_test host/cpuinfo_test.cc)
target_include_directories(cpuinfo_test PRIVATE ${LANEWISE_CPUINFO_INCLUDE})
target_link_libraries(cpuinfo_test PRIVATE ${LANEWISE_CPUINFO})
