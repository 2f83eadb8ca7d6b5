# Error bounds of the math functions: a sample in CI, all f32 inputs in `make test-long`.

find_library(LANEWISE_MPFR mpfr REQUIRED)
find_library(LANEWISE_GMP gmp REQUIRED)
add_library(lanewise_accuracy STATIC accuracy/accuracy_reference.cc accuracy/accuracy_points.cc)
target_compile_features(lanewise_accuracy PUBLIC cxx_std_20)
target_compile_options(lanewise_accuracy PRIVATE -O2 -Wall -Wextra)
target_link_libraries(lanewise_accuracy PUBLIC lanewise lanewise_contracts ${LANEWISE_MPFR} ${LANEWISE_GMP})

lw_add_api_test(accuracy_test accuracy/accuracy_test.cc)
target_link_libraries(accuracy_test PRIVATE lanewise_accuracy)

find_package(Threads REQUIRED)
add_executable(accuracy_long accuracy/accuracy_long.cc)
target_compile_features(accuracy_long PRIVATE cxx_std_20)
target_compile_options(accuracy_long PRIVATE -O2 -Wall -Wextra)
target_link_libraries(accuracy_long PRIVATE lanewise_accuracy Threads::Threads)
add_test(NAME accuracy_long COMMAND accuracy_long)
set_tests_properties(accuracy_long PROPERTIES LABELS long TIMEOUT 7200 RUN_SERIAL ON)
