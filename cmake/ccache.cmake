# A compiler cache, where there is one and the caller has not chosen a launcher: the builds of one
# run (release, wheel, packages) share their objects. Paths under the source tree count as relative,
# so that another checkout finds them too; -ffile-prefix-map keeps them out of the objects.

option(LANEWISE_CCACHE "Compile through ccache where it is found" ON)
if(LANEWISE_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(LANEWISE_CCACHE_PROGRAM ccache)
  if(LANEWISE_CCACHE_PROGRAM)
    foreach(_language C CXX)
      set(CMAKE_${_language}_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
          CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${LANEWISE_CCACHE_PROGRAM})
    endforeach()
  endif()
endif()
