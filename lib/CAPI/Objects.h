//===- Objects.h - What the handles stand for -------------------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_LIB_CAPI_OBJECTS_H
#define TILEC_LIB_CAPI_OBJECTS_H

#include "Errors.h"
#include "RuntimeInfo.h"
#include "tilec/ExecutionEngine/CompiledModule.h"
#include "tilec/ExecutionEngine/WeightStorage.h"
#include "tilec/Runtime/Runtime.h"
#include "tilec/Session/SourceProgram.h"
#include <algorithm>
#include <cstring>
#include <deque>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// An entry with what its callers ask for, and what each call needs.
struct tilec_entry {
  explicit tilec_entry(const tilec::CompiledEntry &compiled);

  const tilec::Signature &getSignature() const { return compiled.signature; }

  const tilec::CompiledEntry &compiled;
  tilec::capi::RuntimeInfo runtime;
  /// One for each of the signature's; they point into the texts and extents.
  std::vector<tilec_parameter> parameters;

private:
  void describe(const tilec::Parameter &parameter);

  std::deque<std::string> texts;
  std::deque<std::vector<const char *>> shapes;
  std::deque<std::vector<int64_t>> extents;
};

struct tilec_module {
  std::unique_ptr<tilec::CompiledModule> code;
  tilec::capi::DiagnosticList warnings;
  std::vector<std::unique_ptr<tilec_entry>> entries;
};

struct tilec_options {
  tilec::FrontendOptions frontend;
  std::string entry;
  tilec::CompileOptions compile;
  /// What is not set here is as the environment says.
  std::optional<bool> cacheEnabled;
  std::optional<std::string> cacheFolder;
  std::optional<uint64_t> cacheBytes;
};

struct tilec_pool {
  tilec_rt_pool *threads = nullptr;
};

struct tilec_cancel_token {
  tilec_rt_cancel_token *token = nullptr;
};

struct tilec_weight {
  tilec_weight(std::string name, tilec::WeightStorage storage);

  std::string name;
  tilec::WeightStorage storage;

  /// What tilec_weight_tensor shows, and its shape.
  tilec::Shape shape;
  DLTensor tensor;
};

namespace tilec::capi {

// Under the names of tilec-c/tilec.h, for the table: what the compiler's
// library does not export.
#define TILEC_CHECKED(name, parameters, arguments) tilec_status name parameters;
#define TILEC_PLAIN(result, name, parameters, arguments) result name parameters;
#include "Functions.def"

/// Why a pointer that a function needs is no argument.
inline tilec_status rejectNull(tilec_error **error, const char *what) {
  return reject(error, fmt::format("`{}` is null", what));
}

/// A structure of the host's, which begins with its size: what it has more than
/// this library knows must be 0. Reports what is wrong.
template <typename T>
bool readStructure(const T &given, const char *what, T &result,
                   tilec_error **error) {
  auto *bytes = reinterpret_cast<const char *>(&given);
  size_t known = std::min(given.struct_size, sizeof(T));
  bool fits = given.struct_size >= sizeof(size_t) &&
              std::all_of(bytes + known, bytes + given.struct_size,
                          [](char byte) { return byte == 0; });
  if (fits)
    memcpy(&result, &given, known);
  else
    reject(error, fmt::format("`{}` has a `struct_size` of {} bytes, or fields "
                              "that this version of the library does not know",
                              what, given.struct_size));
  return fits;
}

/// The pool's threads; of null, those of the library's own pool, which all such
/// calls share. Null: out of memory.
tilec_rt_pool *getThreads(const tilec_pool *pool);

} // namespace tilec::capi

#endif // TILEC_LIB_CAPI_OBJECTS_H
