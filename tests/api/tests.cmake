# The library's faces: the C ABI and its errors, list and headers, lanewise.hpp, symbols; and the
# places a shared library ends up in (constructors, a second copy).

lw_add_api_test(api_test api/api_test.cc api/api_info_test.cc api/api_search_test.cc)
lw_add_api_test(api_values_test api/api_values_test.cc)
lw_add_test(struct_size_test api/struct_size_test.cc)
lw_add_api_test(settings_test api/settings_test.cc)
set_tests_properties(api_test api_values_test struct_size_test settings_test PROPERTIES
                     LABELS "fast;sanitize")
add_test(NAME settings_threads COMMAND settings_test --gtest_filter=Targets.*:Threads.*)
set_tests_properties(settings_threads PROPERTIES LABELS threads TIMEOUT 600)

lw_add_api_test(list_test api/list_test.cc)
lw_add_api_test(hpp_test api/hpp_test.cc)
lw_add_api_test(hpp_operands_test api/hpp_operands_test.cc)
find_path(LANEWISE_EIGEN_INCLUDE Eigen/Core PATH_SUFFIXES eigen3)  # a witness, if it is here
if(LANEWISE_EIGEN_INCLUDE)
  target_include_directories(hpp_operands_test SYSTEM PRIVATE ${LANEWISE_EIGEN_INCLUDE})
endif()
add_executable(no_exceptions api/no_exceptions.cc)
target_compile_options(no_exceptions PRIVATE -fno-exceptions -fno-rtti -Wall -Wextra)
target_link_libraries(no_exceptions PRIVATE lanewise::cpp)
add_test(NAME no_exceptions COMMAND no_exceptions)
lw_add_api_test(second_copy_test api/second_copy_test.cc)
target_include_directories(second_copy_test PRIVATE ${PROJECT_SOURCE_DIR})
set_tests_properties(list_test hpp_test hpp_operands_test PROPERTIES LABELS "fast;sanitize")

# A library whose constructor uses lanewise: linked, and loaded by a program without lanewise.
add_library(constructor_library SHARED api/constructor_library.cc)
target_compile_features(constructor_library PRIVATE cxx_std_20)
target_include_directories(constructor_library PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(constructor_library PRIVATE lanewise)
lw_add_api_test(constructor_test api/constructor_test.cc)
target_include_directories(constructor_test PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(constructor_test PRIVATE constructor_library)
add_executable(constructor_dlopen api/constructor_dlopen.cc)
target_link_libraries(constructor_dlopen PRIVATE ${CMAKE_DL_LIBS})
add_test(NAME constructor_dlopen
         COMMAND constructor_dlopen $<TARGET_FILE:constructor_library>)

add_test(NAME headers COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/api/headers_test.sh ${PROJECT_SOURCE_DIR})
add_test(NAME symbols COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/api/symbols_test.py
                              $<TARGET_FILE:lanewise>
                              ${PROJECT_SOURCE_DIR}/include/lanewise/lanewise.h
                              ${PROJECT_SOURCE_DIR}/include/lanewise/kernels.h
                              ${PROJECT_SOURCE_DIR}/include/lanewise/lanewise_gpu.h)
set_tests_properties(constructor_dlopen no_exceptions symbols PROPERTIES LABELS fast TIMEOUT 600)
set_tests_properties(headers PROPERTIES LABELS "fast;sources" TIMEOUT 600)
