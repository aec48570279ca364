# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How tilec's libraries, tools and unit tests are declared.

# libMLIR is built without the sanitizer, and LLVM's headers poison what the
# allocators in both share. What is leaked are tables of LLVM.
set(TILEC_ASAN_OPTIONS "detect_leaks=0:allow_user_poisoning=0:allocator_may_return_null=1")

add_library(tilec_options INTERFACE)
target_include_directories(tilec_options INTERFACE
  ${CMAKE_SOURCE_DIR}/include ${CMAKE_BINARY_DIR}/include)
target_compile_options(tilec_options INTERFACE
  -Wall -Wextra -Werror -Wno-unused-parameter -fno-strict-aliasing)
# What the object cache knows this compiler by.
target_link_options(tilec_options INTERFACE -Wl,--build-id)
if(TILEC_SANITIZE)
  target_compile_options(tilec_options INTERFACE
    -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize=vptr
    # GCC warns of what the sanitizers themselves do with LLVM's headers.
    -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  target_link_options(tilec_options INTERFACE -fsanitize=address,undefined)
endif()

# LLVM and MLIR headers are system headers: their warnings are not ours.
add_library(tilec_mlir INTERFACE)
target_include_directories(tilec_mlir SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_compile_definitions(tilec_mlir INTERFACE ${LLVM_DEFINITIONS_LIST})
target_link_libraries(tilec_mlir INTERFACE MLIR LLVM)

# The precompiled header of every unit that includes MLIR: 10 s a unit without
# it, 2.6 s with it. Built once, here, and reused by all.
file(WRITE ${CMAKE_BINARY_DIR}/TilecPCH.cpp.in "// Owner of the shared precompiled header.\n")
configure_file(${CMAKE_BINARY_DIR}/TilecPCH.cpp.in ${CMAKE_BINARY_DIR}/TilecPCH.cpp COPYONLY)
add_library(tilec_pch OBJECT ${CMAKE_BINARY_DIR}/TilecPCH.cpp)
target_link_libraries(tilec_pch PUBLIC tilec_options tilec_mlir fmt::fmt)
set_target_properties(tilec_pch PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(tilec_pch PRIVATE -fPIC -fpch-preprocess)
target_precompile_headers(tilec_pch PRIVATE ${CMAKE_SOURCE_DIR}/include/tilec/Support/PCH.h)

# An executable's units would be -fPIE, and the header is -fPIC: the same for all.
function(tilec_use_pch name)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC -fpch-preprocess)
  target_precompile_headers(${name} REUSE_FROM tilec_pch)
endfunction()

# tilec_add_library(NAME [NO_MLIR] sources... [DEPENDS targets...] [LINK libraries...])
function(tilec_add_library name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC tilec_options fmt::fmt ${ARG_LINK})
  if(NOT ARG_NO_MLIR)
    target_link_libraries(${name} PUBLIC tilec_mlir)
    tilec_use_pch(${name})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# tilec_add_tool(NAME sources... [LINK libraries...])
function(tilec_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE tilec_options tilec_mlir fmt::fmt ${ARG_LINK})
  tilec_use_pch(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# tilec_add_unittest(NAME [NO_MLIR] sources... [LINK libraries...]): a GoogleTest
# executable, one a folder of lib/, known to CTest by the name of each case.
function(tilec_add_unittest name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE tilec_options fmt::fmt ${ARG_LINK} GTest::gtest_main)
  if(NOT ARG_NO_MLIR)
    target_link_libraries(${name} PRIVATE tilec_mlir)
    tilec_use_pch(${name})
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unittests)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
    PROPERTIES ENVIRONMENT "ASAN_OPTIONS=${TILEC_ASAN_OPTIONS}")
  add_dependencies(tilec-unittests ${name})
endfunction()
