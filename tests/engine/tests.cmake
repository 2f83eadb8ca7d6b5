# How calls run: strides and alignment, floating-point environment, NumPy's loops, threads; and what
# surrounds a call: fork, the end of the process, folders with other modules, short memory.

lw_add_test(elementwise_test engine/elementwise_test.cc)
lw_add_test(map_test engine/map_test.cc)
lw_add_test(overlap_test engine/overlap_test.cc)
lw_add_test(fpenv_test engine/fpenv_test.cc)
lw_add_test(numpy_loop_test engine/numpy_loop_test.cc)
lw_add_api_test(fork_test engine/fork_test.cc)
target_include_directories(fork_test PRIVATE ${PROJECT_SOURCE_DIR})
set_tests_properties(numpy_loop_test elementwise_test map_test overlap_test PROPERTIES LABELS "fast;sanitize")

# What runs on several threads, for ThreadSanitizer.
add_test(NAME elementwise_threads
         COMMAND elementwise_test --gtest_filter=*ThreadsChangeNothing*:*ThreadBudget*)
add_test(NAME map_threads COMMAND map_test --gtest_filter=*ThreadsChangeNothing*)
set_tests_properties(elementwise_threads map_threads PROPERTIES LABELS threads TIMEOUT 1200)

add_executable(exit_program engine/exit_program.cc)
target_compile_features(exit_program PRIVATE cxx_std_20)
target_link_libraries(exit_program PRIVATE lanewise)
add_test(NAME exit COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/engine/exit_test.sh $<TARGET_FILE:exit_program>)

# The program with a shared library and, from the same objects, without.
add_library(module_program OBJECT engine/module_program.c)
target_include_directories(module_program PRIVATE ${PROJECT_SOURCE_DIR}/include)
add_executable(module_static $<TARGET_OBJECTS:module_program> $<TARGET_OBJECTS:lanewise_objects>)
target_link_libraries(module_static PRIVATE ${LANEWISE_STATIC_NEEDS})
set_target_properties(module_static PROPERTIES LINKER_LANGUAGE CXX)
add_executable(module_shared $<TARGET_OBJECTS:module_program>)
target_link_libraries(module_shared PRIVATE lanewise)
foreach(_module noisy other)
  add_library(module_${_module} MODULE engine/module_other.c)
  # Not beside the library.
  set_target_properties(module_${_module} PROPERTIES
                        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
endforeach()
target_compile_definitions(module_noisy PRIVATE NOISY)
if(LANEWISE_THREADS)
  add_test(NAME module COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/engine/module_test.sh
                               $<TARGET_FILE_DIR:lanewise> ${LANEWISE_TBB_MODULE}
                               $<TARGET_FILE:module_noisy> $<TARGET_FILE:module_other>)
  set_tests_properties(module PROPERTIES LABELS fast TIMEOUT 600)
  lw_add_api_test(limits_test engine/limits_test.cc)
  target_link_libraries(limits_test PRIVATE TBB::tbb)
endif()

# On the CPUs there are, and on a machine that seems to have more.
lw_add_api_test(shortage_test engine/shortage_test.cc)
add_library(more_cpus MODULE engine/more_cpus.c)
target_link_libraries(more_cpus PRIVATE ${CMAKE_DL_LIBS})
add_test(NAME shortage_cpus COMMAND shortage_test)
set_tests_properties(shortage_cpus PROPERTIES LABELS fast TIMEOUT 600
                     ENVIRONMENT "MORE_CPUS=16;LD_PRELOAD=$<TARGET_FILE:more_cpus>")
set_tests_properties(exit PROPERTIES LABELS fast TIMEOUT 600)
add_test(NAME destructors COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/engine/destructors_test.sh
                                  $<TARGET_OBJECTS:lanewise_objects> COMMAND_EXPAND_LISTS)
set_tests_properties(destructors PROPERTIES LABELS fast)
