//===- Loader.cpp - Loading the compiler ----------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Loader.h"
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <pthread.h>

using namespace tilec::capi;

static const FunctionTable *compiler;
/// Why there is none.
static char problem[1024];

/// Whether the host has loaded the very same library.
static bool isLoaded(const char *file) {
  void *library = dlopen(file, RTLD_LAZY | RTLD_NOLOAD);
  if (library)
    dlclose(library);
  return library != nullptr;
}

/// The host may export symbols of another LLVM, or of its own: the compiler
/// looks for symbols among its own libraries first. But a host that has loaded
/// its libMLIR shares it, with the variables by which that tells types. The
/// sanitizers' functions must come from the host.
static int getScope() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return RTLD_LOCAL;
#else
  return isLoaded(TILEC_MLIR_FILE) ? RTLD_LOCAL : RTLD_LOCAL | RTLD_DEEPBIND;
#endif
}

/// Beside this library.
static const char *getCompilerPath() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  // To the loader it is the sanitizers' library that asks.
  static char path[4096];
  Dl_info info;
  if (dladdr(&compiler, &info) && info.dli_fname) {
    const char *name = strrchr(info.dli_fname, '/');
    int folder = name ? int(name + 1 - info.dli_fname) : 0;
    snprintf(path, sizeof(path), "%.*s%s", folder, info.dli_fname,
             TILEC_COMPILER_FILE);
  }
  return path;
#else
  // The loader replaces $ORIGIN by the folder of the library that asks.
  return "$ORIGIN/" TILEC_COMPILER_FILE;
#endif
}

static void loadCompiler() {
  bool ownsLLVM = !isLoaded(TILEC_LLVM_FILE);
  // Compiled code and the pool's threads may outlive any last use.
  void *library =
      dlopen(getCompilerPath(), RTLD_NOW | RTLD_NODELETE | getScope());
  if (!library) {
    snprintf(problem, sizeof(problem), "the compiler cannot be loaded: %s",
             dlerror());
    return;
  }
  auto *getTable = reinterpret_cast<GetFunctionTable *>(
      dlsym(library, getFunctionTableName));
  const FunctionTable *table = getTable ? getTable(ownsLLVM) : nullptr;
  if (table && strcmp(table->version, TILEC_VERSION) == 0)
    compiler = table;
  else
    snprintf(problem, sizeof(problem),
             "%s is of version %s, and the library of version %s",
             TILEC_COMPILER_FILE, table ? table->version : "unknown",
             TILEC_VERSION);
}

const FunctionTable *tilec::capi::getCompiler() {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, loadCompiler);
  return compiler;
}

tilec_status tilec::capi::failUnavailable(tilec_error **error) {
  static tilec_error unavailable = {TILEC_UNAVAILABLE, problem, nullptr, 0,
                                    [](tilec_error *) {}};
  if (error)
    *error = &unavailable;
  return TILEC_UNAVAILABLE;
}
