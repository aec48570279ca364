//===- SharedObject.h - Linking shared objects ------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_DRIVER_SHAREDOBJECT_H
#define TILEC_LIB_DRIVER_SHAREDOBJECT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"
#include <string>
#include <vector>

namespace tilec {

/// What goes into a shared object.
struct SharedObject {
  /// An object file.
  llvm::StringRef code;
  /// Symbols of `code` that are visible outside, beside the run-time library's
  /// functions for callers.
  std::vector<std::string> exports;
  llvm::Triple triple;
  /// The path of the target's libtilec_rt.a; empty: the one beside tilec, if
  /// the target is this machine's architecture.
  std::string runtimeLibrary;
  /// The name by which programs that are linked with it ask the loader for it.
  std::string soname;
};

/// Links with lld. The C library of the target is named as needed where it is
/// found; otherwise the program brings it. The same input gives the same bytes.
/// Errors: no lld, no run-time library, what lld complains of.
llvm::Expected<llvm::SmallString<0>>
linkSharedObject(const SharedObject &object);

/// The path of lld: in one of `folders`, or on the PATH where there are none.
/// The error names the package that it is in.
llvm::Expected<std::string> findLinker(llvm::ArrayRef<llvm::StringRef> folders);

} // namespace tilec

#endif // TILEC_LIB_DRIVER_SHAREDOBJECT_H
