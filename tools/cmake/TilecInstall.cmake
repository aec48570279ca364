# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How other projects find an installed tilec, and the Debian package. What is
# installed names no place: it may be moved.
include(CMakePackageConfigHelpers)
set(install_templates ${CMAKE_SOURCE_DIR}/tools/cmake/install)
set(install_files ${CMAKE_BINARY_DIR}/install)
foreach(file tilecConfig.cmake tilec.pc tilec-rt.pc)
  configure_file(${install_templates}/${file}.in ${install_files}/${file} @ONLY)
endforeach()
write_basic_package_version_file(${install_files}/tilecConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${install_files}/tilecConfig.cmake ${install_files}/tilecConfigVersion.cmake
  DESTINATION lib/cmake/tilec COMPONENT cmake)
install(FILES ${install_files}/tilec.pc DESTINATION lib/pkgconfig COMPONENT library)
install(FILES ${install_files}/tilec-rt.pc DESTINATION lib/pkgconfig COMPONENT runtime)
install(FILES LICENSE README.md DESTINATION share/doc/tilec COMPONENT doc)
install(DIRECTORY docs/ DESTINATION share/doc/tilec/docs COMPONENT doc
  FILES_MATCHING PATTERN *.md PATTERN *.svg)
install(DIRECTORY examples DESTINATION share/doc/tilec COMPONENT doc)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tilec)
set(CPACK_PACKAGE_CONTACT "tilec developers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "compiler of tile-level kernels for CPUs")
set(CPACK_PACKAGE_DESCRIPTION "tilec turns tile-level tensor programs into vectorized machine code: a
command, a library that compiles and calls kernels in a host program, and the
run-time library of what was compiled ahead of time.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What libMLIR brings along is not always named.
set(CPACK_DEBIAN_PACKAGE_DEPENDS libllvm19)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libdlpack-dev, lld-19")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
include(CPack)
