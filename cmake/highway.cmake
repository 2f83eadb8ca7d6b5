# Highway, of which the kernels use the headers and of whose library only the abort function is
# built. The first of these that is there:
#   1. a target hwy or hwy::hwy of the project that this one is a part of
#   2. find_package(hwy), if it finds the version of highway.pin
#   3. LANEWISE_HIGHWAY (option or environment), else .deps/highway from dev/setup.sh
# Another version than highway.pin's is refused, unless LANEWISE_HIGHWAY_UNPROVEN=ON asks for it:
# then nobody has shown that the bits are those of other builds.

option(LANEWISE_HIGHWAY_UNPROVEN "Accept another version of Highway, with which the bits are unproven" OFF)
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/highway.pin _pin REGEX "^version ")
string(REPLACE "version " "" LANEWISE_HIGHWAY_PINNED "${_pin}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/highway.pin)

# The version of the headers in DIR; empty if there are none.
function(lanewise_highway_version dir out)
  set(_version "")
  if(EXISTS "${dir}/hwy/base.h")
    file(STRINGS "${dir}/hwy/base.h" _lines REGEX "^#define HWY_(MAJOR|MINOR|PATCH) [0-9]+")
    string(REGEX REPLACE "[^;0-9]" "" _version "${_lines}")
    string(REPLACE ";" "." _version "${_version}")
  endif()
  set(${out} "${_version}" PARENT_SCOPE)
endfunction()

add_library(lanewise_hwy INTERFACE)
set(_target "")
foreach(_candidate hwy::hwy hwy)
  if(NOT _target AND TARGET ${_candidate})
    set(_target ${_candidate})
    set(_where "this project's target ${_candidate}")
  endif()
endforeach()
if(NOT _target)
  find_package(hwy ${LANEWISE_HIGHWAY_PINNED} QUIET CONFIG)
  if(hwy_FOUND AND (hwy_VERSION VERSION_EQUAL LANEWISE_HIGHWAY_PINNED OR LANEWISE_HIGHWAY_UNPROVEN))
    set(_target hwy::hwy)
    set(_where "the installed package ${hwy_DIR}")
  endif()
endif()

if(_target)
  # An alias shows the properties of what it stands for; an installed target has no generator expressions.
  get_target_property(_folders ${_target} INTERFACE_INCLUDE_DIRECTORIES)
  string(REGEX REPLACE "\\$<BUILD_INTERFACE:([^>]*)>" "\\1" _folders "${_folders}")
  foreach(_folder IN LISTS _folders)
    if(NOT LANEWISE_HIGHWAY_VERSION)
      lanewise_highway_version("${_folder}" LANEWISE_HIGHWAY_VERSION)
    endif()
  endforeach()
  target_link_libraries(lanewise_hwy INTERFACE $<BUILD_INTERFACE:${_target}>)
else()
  # From the environment too: `LANEWISE_HIGHWAY=DIR pip install .`.
  if(DEFINED ENV{LANEWISE_HIGHWAY} AND NOT "$ENV{LANEWISE_HIGHWAY}" STREQUAL "")
    set(_default "$ENV{LANEWISE_HIGHWAY}")
  else()
    set(_default "${PROJECT_SOURCE_DIR}/.deps/highway")
  endif()
  set(LANEWISE_HIGHWAY "${_default}" CACHE PATH "Highway's source tree")
  set(_where "${LANEWISE_HIGHWAY}")
  lanewise_highway_version("${LANEWISE_HIGHWAY}" LANEWISE_HIGHWAY_VERSION)
  if(NOT LANEWISE_HIGHWAY_VERSION)
    message(FATAL_ERROR "lanewise: there is no Highway in ${LANEWISE_HIGHWAY}. Run dev/setup.sh, which "
                        "fetches ${LANEWISE_HIGHWAY_PINNED}, or set LANEWISE_HIGHWAY to its source tree.")
  endif()
  add_library(lanewise_hwy_abort STATIC "${LANEWISE_HIGHWAY}/hwy/abort.cc")
  target_include_directories(lanewise_hwy_abort SYSTEM PUBLIC "${LANEWISE_HIGHWAY}")
  set_target_properties(lanewise_hwy_abort PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD OFF)
  target_compile_features(lanewise_hwy_abort PUBLIC cxx_std_17)
  target_include_directories(lanewise_hwy SYSTEM INTERFACE "${LANEWISE_HIGHWAY}")
  target_link_libraries(lanewise_hwy INTERFACE $<BUILD_INTERFACE:lanewise_hwy_abort>)
endif()

if(NOT LANEWISE_HIGHWAY_VERSION VERSION_EQUAL LANEWISE_HIGHWAY_PINNED)
  if(LANEWISE_HIGHWAY_UNPROVEN)
    message(WARNING "lanewise: Highway ${LANEWISE_HIGHWAY_VERSION} (${_where}) is not ${LANEWISE_HIGHWAY_PINNED}: "
                    "that the bits are those of other builds is unproven.")
  else()
    message(FATAL_ERROR "lanewise: Highway ${LANEWISE_HIGHWAY_VERSION} (${_where}) is not "
                        "${LANEWISE_HIGHWAY_PINNED}, the version that the bits are proven with. "
                        "LANEWISE_HIGHWAY names another source tree; -DLANEWISE_HIGHWAY_UNPROVEN=ON "
                        "takes this one all the same.")
  endif()
endif()
message(STATUS "lanewise: Highway ${LANEWISE_HIGHWAY_VERSION} (${_where})")
# For what packages tell of themselves.
set(LANEWISE_HIGHWAY_USED "${LANEWISE_HIGHWAY_VERSION}" CACHE INTERNAL "Version of the Highway in use")
# Only one file asks: a pin that moves must not compile every kernel again.
set_source_files_properties(${PROJECT_SOURCE_DIR}/dispatch/choose/highway.cc PROPERTIES
  COMPILE_DEFINITIONS "LANEWISE_HIGHWAY_PINNED=\"${LANEWISE_HIGHWAY_PINNED}\"")
