# The library and what surrounds its calls: the end of the process, folders with other modules,
# memory and threads that are short.

add_executable(exit_program exit_program.cc)
target_compile_features(exit_program PRIVATE cxx_std_20)
target_link_libraries(exit_program PRIVATE lanewise)
add_test(NAME exit COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/exit_test.sh $<TARGET_FILE:exit_program>)

# The program with a shared library and, from the same objects, without.
add_library(module_program OBJECT module_program.c)
target_include_directories(module_program PRIVATE ${PROJECT_SOURCE_DIR}/include)
add_executable(module_static $<TARGET_OBJECTS:module_program> $<TARGET_OBJECTS:lanewise_objects>)
target_link_libraries(module_static PRIVATE ${LANEWISE_STATIC_NEEDS})
set_target_properties(module_static PROPERTIES LINKER_LANGUAGE CXX)
add_executable(module_shared $<TARGET_OBJECTS:module_program>)
target_link_libraries(module_shared PRIVATE lanewise)
foreach(_module noisy other)
  add_library(module_${_module} MODULE module_other.c)
  # Not beside the library.
  set_target_properties(module_${_module} PROPERTIES
                        LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
endforeach()
target_compile_definitions(module_noisy PRIVATE NOISY)
if(LANEWISE_THREADS)
  add_test(NAME module COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/module_test.sh
                               $<TARGET_FILE_DIR:lanewise> ${LANEWISE_TBB_MODULE}
                               $<TARGET_FILE:module_noisy> $<TARGET_FILE:module_other>)
  set_tests_properties(module PROPERTIES LABELS fast TIMEOUT 600)
endif()

lw_add_api_test(shortage_test shortage_test.cc)
set_tests_properties(exit PROPERTIES LABELS fast TIMEOUT 600)
add_test(NAME destructors COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/destructors_test.sh
                                  $<TARGET_OBJECTS:lanewise_objects> COMMAND_EXPAND_LISTS)
set_tests_properties(destructors PROPERTIES LABELS fast)
