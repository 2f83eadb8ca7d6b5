# make install: library, threading module, programs, headers, CMake package, pkg-config file, manual
# pages and licences, in two components:
#   lanewise_runtime   what a program needs to run      lanewise_devel   what a compiler needs besides
# A project around lanewise installs nothing of it (LANEWISE_INSTALL=OFF), but can by component.

include(CMakePackageConfigHelpers)
set(_runtime COMPONENT lanewise_runtime)
set(_devel COMPONENT lanewise_devel)
if(NOT LANEWISE_INSTALL)
  list(APPEND _runtime EXCLUDE_FROM_ALL)
  list(APPEND _devel EXCLUDE_FROM_ALL)
endif()
set(_lib ${CMAKE_INSTALL_LIBDIR})

# Run paths, so that a prefix can be moved. Folders that the loader searches anyway need none.
set(_probe_path "")
set(_module_path "")
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_BINDIR}")
    set(_probe_path ${CMAKE_INSTALL_FULL_LIBDIR})
  else()
    file(RELATIVE_PATH _probe_path /p/${CMAKE_INSTALL_BINDIR} /p/${CMAKE_INSTALL_LIBDIR})
    set(_probe_path "$ORIGIN/${_probe_path}")
  endif()
  # A bundled oneTBB lies in a folder of its own, where it meets no other package's.
  set(_module_path "$ORIGIN/lanewise")
endif()

install(TARGETS lanewise lanewise_cpp EXPORT lanewise-targets
  LIBRARY DESTINATION ${_lib} ${_runtime} NAMELINK_COMPONENT lanewise_devel
  ARCHIVE DESTINATION ${_lib} ${_devel})
if(LANEWISE_THREADS)
  if(NOT LANEWISE_BUILD_PYTHON)  # it has a run path of its own
    set_target_properties(lanewise_tbb PROPERTIES INSTALL_RPATH "${_module_path}")
  endif()
  install(TARGETS lanewise_tbb EXPORT lanewise-targets LIBRARY DESTINATION ${_lib} ${_runtime})
endif()
if(LANEWISE_CUDA)
  install(TARGETS lanewise_cuda LIBRARY DESTINATION ${_lib} ${_runtime})
endif()
if(LANEWISE_BUILD_PROBE)
  set_target_properties(lanewise-probe PROPERTIES INSTALL_RPATH "${_probe_path}")
  install(TARGETS lanewise-probe RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} ${_runtime})
  install(FILES docs/man/lanewise-probe.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 ${_runtime})
  install(DIRECTORY machine/known/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lanewise/machines ${_runtime}
          FILES_MATCHING PATTERN "*.json")
endif()
if(LANEWISE_BUILD_DETECT)
  install(TARGETS lanewise-detect RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} ${_runtime})
  install(FILES docs/man/lanewise-detect.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 ${_runtime})
endif()
install(FILES LICENSE python/THIRD_PARTY_LICENSES DESTINATION ${CMAKE_INSTALL_DOCDIR} ${_runtime})

install(FILES include/lanewise/lanewise.h include/lanewise/kernels.h include/lanewise/lanewise.hpp
              include/lanewise/call.hpp include/lanewise/operands.hpp include/lanewise/lanewise_gpu.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lanewise ${_devel})
install(EXPORT lanewise-targets NAMESPACE lanewise:: DESTINATION ${_lib}/cmake/lanewise ${_devel})
configure_package_config_file(cmake/lanewise-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/lanewise-config.cmake INSTALL_DESTINATION ${_lib}/cmake/lanewise)
# As the soname: another minor version is another ABI as long as the major version is 0.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/lanewise-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lanewise-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/lanewise-config-version.cmake
        DESTINATION ${_lib}/cmake/lanewise ${_devel})

# lanewise.pc finds its prefix from its own place where the folders are relative to the prefix.
file(RELATIVE_PATH _up "/p/${_lib}/pkgconfig" /p)
string(REGEX REPLACE "/$" "" _up "${_up}")
if(IS_ABSOLUTE "${_lib}")
  set(LANEWISE_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
else()
  set(LANEWISE_PC_PREFIX "\${pcfiledir}/${_up}")
endif()
foreach(_kind LIB INCLUDE)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${_kind}DIR}")
    set(LANEWISE_PC_${_kind}DIR "${CMAKE_INSTALL_${_kind}DIR}")
  else()
    set(LANEWISE_PC_${_kind}DIR "\${prefix}/${CMAKE_INSTALL_${_kind}DIR}")
  endif()
endforeach()
# A static library is useless without what it needs, so there `pkg-config --libs` suffices.
list(TRANSFORM LANEWISE_STATIC_NEEDS PREPEND -l OUTPUT_VARIABLE _needs)
list(JOIN _needs " " _needs)
set(LANEWISE_PC_LIBS "")
set(LANEWISE_PC_PRIVATE "\nLibs.private: ${_needs}\nCflags.private: -DLANEWISE_STATIC")
set(LANEWISE_PC_CFLAGS "")
if(NOT BUILD_SHARED_LIBS)
  set(LANEWISE_PC_LIBS " ${_needs}")
  set(LANEWISE_PC_PRIVATE "")
  set(LANEWISE_PC_CFLAGS " -DLANEWISE_STATIC")
endif()
set(LANEWISE_PC_URL "")
if(PROJECT_HOMEPAGE_URL)
  set(LANEWISE_PC_URL "\nURL: ${PROJECT_HOMEPAGE_URL}")
endif()
configure_file(cmake/lanewise.pc.in ${CMAKE_CURRENT_BINARY_DIR}/lanewise.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lanewise.pc DESTINATION ${_lib}/pkgconfig ${_devel})

if(PROJECT_IS_TOP_LEVEL)
  add_custom_target(uninstall COMMENT "Removing what the last install wrote"
    COMMAND ${CMAKE_COMMAND} -DBUILD=${CMAKE_BINARY_DIR} -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake)
endif()
