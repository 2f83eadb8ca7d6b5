# make install: library, headers, CMake package, pkg-config file.

include(CMakePackageConfigHelpers)

install(TARGETS lanewise lanewise_cpp EXPORT lanewise-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/lanewise/lanewise.h include/lanewise/lanewise.hpp include/lanewise/call.hpp
              include/lanewise/operands.hpp include/lanewise/lanewise_gpu.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lanewise)
install(EXPORT lanewise-targets NAMESPACE lanewise::
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lanewise)

configure_package_config_file(cmake/lanewise-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/lanewise-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lanewise)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/lanewise-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lanewise-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/lanewise-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lanewise)

configure_file(cmake/lanewise.pc.in ${CMAKE_CURRENT_BINARY_DIR}/lanewise.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lanewise.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
