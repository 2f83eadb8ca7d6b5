# Highway 1.3 or newer: an installed one if it is new enough, else the sources that
# tools/setup.sh fetched (or LANEWISE_HIGHWAY names). Kernels use its headers; of its library
# only the abort function, so nothing else is built.

find_package(hwy 1.3 QUIET CONFIG)
add_library(lanewise_hwy INTERFACE)
if(hwy_FOUND)
  message(STATUS "lanewise: installed Highway ${hwy_VERSION}")
  target_link_libraries(lanewise_hwy INTERFACE hwy::hwy)
else()
  # From the environment too: `LANEWISE_HIGHWAY=DIR pip install .`.
  if(DEFINED ENV{LANEWISE_HIGHWAY})
    set(LANEWISE_HIGHWAY_DEFAULT "$ENV{LANEWISE_HIGHWAY}")
  else()
    set(LANEWISE_HIGHWAY_DEFAULT "${PROJECT_SOURCE_DIR}/.deps/highway")
  endif()
  set(LANEWISE_HIGHWAY "${LANEWISE_HIGHWAY_DEFAULT}" CACHE PATH "Highway's source tree")
  if(NOT EXISTS "${LANEWISE_HIGHWAY}/hwy/highway.h")
    message(FATAL_ERROR "Highway >= 1.3 was not found. Run tools/setup.sh, or set LANEWISE_HIGHWAY "
                        "to its source tree.")
  endif()
  add_library(lanewise_hwy_abort STATIC "${LANEWISE_HIGHWAY}/hwy/abort.cc")
  target_include_directories(lanewise_hwy_abort SYSTEM PUBLIC "${LANEWISE_HIGHWAY}")
  set_target_properties(lanewise_hwy_abort PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_features(lanewise_hwy_abort PUBLIC cxx_std_17)
  target_include_directories(lanewise_hwy SYSTEM INTERFACE "${LANEWISE_HIGHWAY}")
  target_link_libraries(lanewise_hwy INTERFACE $<BUILD_INTERFACE:lanewise_hwy_abort>)
endif()
