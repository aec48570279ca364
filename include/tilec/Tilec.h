//===- Tilec.h - The C++ interface of the tilec library ---------*- C++ -*-===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiles `.tile` programs inside a host program and calls their entries. A
// thin layer over tilec-c/tilec.h, which says what each function does in full:
// nothing of C++ crosses the library's border, so any compiler and standard
// library will do. C++17. No function throws, but for the host's own
// allocations.
//
//===----------------------------------------------------------------------===//

#ifndef TILEC_TILEC_H
#define TILEC_TILEC_H

#include "tilec-c/tilec.h"
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tilec {
inline namespace api {

namespace detail {
template <auto destroy> struct Destroy {
  template <typename T> void operator()(T *object) const { destroy(object); }
};
template <typename T, auto destroy>
using Handle = std::unique_ptr<T, Destroy<destroy>>;
} // namespace detail

/// Why something failed. Converts to true if it did.
class [[nodiscard]] Error {
public:
  Error() = default;
  explicit Error(tilec_error *error) : error(error) {}

  explicit operator bool() const { return error != nullptr; }
  tilec_status status() const {
    return error ? tilec_error_status(error.get()) : TILEC_OK;
  }
  /// The whole text, with all diagnostics; "" without an error.
  std::string_view message() const {
    return error ? tilec_error_message(error.get()) : "";
  }
  size_t diagnosticCount() const {
    return error ? tilec_error_diagnostic_count(error.get()) : 0;
  }
  const tilec_diagnostic &diagnostic(size_t index) const {
    return *tilec_error_diagnostic(error.get(), index);
  }

private:
  detail::Handle<tilec_error, tilec_error_destroy> error;
};

/// A value, or why there is none. Converts to true if there is one.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : storage(std::move(value)) {}
  Result(Error error) : failure(std::move(error)) {}

  explicit operator bool() const { return storage.has_value(); }
  T &operator*() { return *storage; }
  T *operator->() { return &*storage; }
  const Error &error() const { return failure; }

private:
  std::optional<T> storage;
  Error failure;
};

/// How to compile; a program takes the defaults of tilec_options_create.
class Options {
public:
  Options() : options(tilec_options_create()) {}

  /// By the name on the command line: ("cpu", "x86-64-v3").
  Error set(const std::string &name, const std::string &value) {
    tilec_error *error = nullptr;
    tilec_options_set(options.get(), name.c_str(), value.c_str(), &error);
    return Error(error);
  }
  Error define(const std::string &name, const std::string &value) {
    tilec_error *error = nullptr;
    tilec_options_define(options.get(), name.c_str(), value.c_str(), &error);
    return Error(error);
  }
  Error addImportDir(const std::string &folder) {
    tilec_error *error = nullptr;
    tilec_options_add_import_dir(options.get(), folder.c_str(), &error);
    return Error(error);
  }
  const tilec_options *get() const { return options.get(); }

private:
  detail::Handle<tilec_options, tilec_options_destroy> options;
};

/// Threads for calls.
class Pool {
public:
  /// 0: as many as the process can keep busy.
  static Result<Pool> create(int32_t threads = 0) {
    tilec_pool *pool = nullptr;
    tilec_error *error = nullptr;
    if (tilec_pool_create(threads, &pool, &error))
      return Error(error);
    return Pool(pool);
  }
  /// On the host's own threads.
  static Result<Pool> create(const tilec_executor &executor) {
    tilec_pool *pool = nullptr;
    tilec_error *error = nullptr;
    if (tilec_pool_create_external(&executor, &pool, &error))
      return Error(error);
    return Pool(pool);
  }

  int32_t threads() const { return tilec_pool_threads(pool.get()); }
  tilec_pool *get() const { return pool.get(); }

private:
  explicit Pool(tilec_pool *pool) : pool(pool) {}
  detail::Handle<tilec_pool, tilec_pool_destroy> pool;
};

/// Stops calls from another thread.
class CancelToken {
public:
  CancelToken() : token(tilec_cancel_token_create()) {}
  void cancel() { tilec_cancel(token.get()); }
  const tilec_cancel_token *get() const { return token.get(); }

private:
  detail::Handle<tilec_cancel_token, tilec_cancel_token_destroy> token;
};

/// The argument for one parameter: `&tensor`, an integer or a number.
class Argument {
public:
  Argument(const DLTensor *tensor) : value{tensor, 0, 0} {}
  template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  Argument(T integer)
      : value{nullptr, static_cast<int64_t>(integer),
              static_cast<double>(integer)} {}
  Argument(double number) : value{nullptr, 0, number} {}

  const tilec_argument &get() const { return value; }

private:
  tilec_argument value;
};
static_assert(sizeof(Argument) == sizeof(tilec_argument),
              "an array of one is an array of the other");

/// What a call may be told beside its arguments.
struct CallOptions {
  /// Null: the library's own, which all such calls share.
  const Pool *pool = nullptr;
  /// Null: the call cannot be cancelled.
  const CancelToken *cancel = nullptr;
  /// The values of symbols that no argument's shape tells.
  std::vector<std::pair<std::string, int64_t>> dims;
};

class Module;
class Weight;

/// A compiled function. Lives as long as its module.
class Entry {
public:
  std::string_view name() const { return tilec_entry_name(entry); }
  int64_t scratchBytes() const { return tilec_entry_scratch_bytes(entry); }
  size_t parameterCount() const { return tilec_entry_parameter_count(entry); }
  const tilec_parameter &parameter(size_t index) const {
    return *tilec_entry_parameter(entry, index);
  }
  size_t symbolCount() const { return tilec_entry_symbol_count(entry); }
  std::string_view symbol(size_t index) const {
    return tilec_entry_symbol(entry, index);
  }

  /// Calls the entry with an argument for each parameter.
  Error call(const Argument *arguments, size_t count,
             const CallOptions &options = {}) const {
    tilec_error *error = nullptr;
    withOptions(options, [&](const tilec_call_options &raw) {
      tilec_call(entry, reinterpret_cast<const tilec_argument *>(arguments),
                 count, &raw, &error);
    });
    return Error(error);
  }
  Error call(const std::vector<Argument> &arguments,
             const CallOptions &options = {}) const {
    return call(arguments.data(), arguments.size(), options);
  }

  /// The shape that the tensor of a parameter must have; `arguments` may be
  /// null pointers where it does not depend on them.
  Result<std::vector<int64_t>> shape(const std::string &parameter,
                                     const std::vector<Argument> &arguments,
                                     const CallOptions &options = {}) const {
    size_t rank = 0;
    for (size_t i = 0; i != parameterCount(); ++i)
      if (this->parameter(i).name == parameter)
        rank = static_cast<size_t>(this->parameter(i).rank);
    std::vector<int64_t> result(rank);
    tilec_error *error = nullptr;
    withOptions(options, [&](const tilec_call_options &raw) {
      tilec_entry_shape(
          entry, parameter.c_str(),
          reinterpret_cast<const tilec_argument *>(arguments.data()),
          arguments.size(), &raw, result.data(), &error);
    });
    if (error)
      return Error(error);
    return result;
  }

  const tilec_entry *get() const { return entry; }

private:
  friend class Module;
  explicit Entry(const tilec_entry *entry) : entry(entry) {}

  template <typename Function>
  static void withOptions(const CallOptions &options, Function function) {
    std::vector<tilec_dim> dims;
    dims.reserve(options.dims.size());
    for (const auto &[symbol, value] : options.dims)
      dims.push_back({symbol.c_str(), value});
    function({sizeof(tilec_call_options),
              options.pool ? options.pool->get() : nullptr,
              options.cancel ? options.cancel->get() : nullptr, dims.data(),
              dims.size()});
  }

  const tilec_entry *entry;
};

/// A compiled program.
class Module {
public:
  static Result<Module> compileFile(const std::string &path,
                                    const Options &options = {}) {
    tilec_module *module = nullptr;
    tilec_error *error = nullptr;
    if (tilec_compile_file(path.c_str(), options.get(), &module, &error))
      return Error(error);
    return Module(module);
  }
  static Result<Module> compileText(std::string_view text,
                                    const std::string &name,
                                    const Options &options = {}) {
    tilec_module *module = nullptr;
    tilec_error *error = nullptr;
    if (tilec_compile_text(text.data(), text.size(), name.c_str(),
                           options.get(), &module, &error))
      return Error(error);
    return Module(module);
  }

  size_t entryCount() const { return tilec_module_entry_count(module.get()); }
  Entry entry(size_t index) const {
    return Entry(tilec_module_entry(module.get(), index));
  }
  std::optional<Entry> find(const std::string &name) const {
    if (const tilec_entry *entry =
            tilec_module_find(module.get(), name.c_str()))
      return Entry(entry);
    return std::nullopt;
  }
  /// What the compiler warned of.
  size_t diagnosticCount() const {
    return tilec_module_diagnostic_count(module.get());
  }
  const tilec_diagnostic &diagnostic(size_t index) const {
    return *tilec_module_diagnostic(module.get(), index);
  }

private:
  explicit Module(tilec_module *module) : module(module) {}
  detail::Handle<tilec_module, tilec_module_destroy> module;
};

/// Memory in the layout in which compiled code takes a parameter.
class Weight {
public:
  /// Told of the rows that are packed, of all.
  using Progress = std::function<void(int64_t rows, int64_t allRows)>;

  /// From a row-major tensor.
  static Result<Weight> create(const Entry &entry, const std::string &parameter,
                               const DLTensor &tensor,
                               const Pool *pool = nullptr,
                               const Progress &progress = {}) {
    tilec_weight *weight = nullptr;
    tilec_error *error = nullptr;
    auto report = [](void *context, int64_t rows, int64_t allRows) {
      (*static_cast<const Progress *>(context))(rows, allRows);
    };
    if (tilec_weight_create(entry.get(), parameter.c_str(), &tensor,
                            pool ? pool->get() : nullptr,
                            progress ? +report : nullptr,
                            const_cast<Progress *>(&progress), &weight, &error))
      return Error(error);
    return Weight(weight);
  }
  /// To be filled.
  static Result<Weight> createEmpty(const Entry &entry,
                                    const std::string &parameter,
                                    const std::vector<int64_t> &shape) {
    tilec_weight *weight = nullptr;
    tilec_error *error = nullptr;
    if (tilec_weight_create_empty(entry.get(), parameter.c_str(), shape.data(),
                                  shape.size(), &weight, &error))
      return Error(error);
    return Weight(weight);
  }

  /// Takes the next rows; all parts but the last have a multiple of rowStep().
  Error fill(const DLTensor &rows, const Pool *pool = nullptr) {
    tilec_error *error = nullptr;
    tilec_weight_fill(weight.get(), &rows, pool ? pool->get() : nullptr,
                      &error);
    return Error(error);
  }
  static int64_t rowStep() { return tilec_weight_row_step(); }

  /// What to pass in calls; null as long as rows are missing.
  const DLTensor *tensor() const { return tilec_weight_tensor(weight.get()); }

private:
  explicit Weight(tilec_weight *weight) : weight(weight) {}
  detail::Handle<tilec_weight, tilec_weight_destroy> weight;
};

} // namespace api
} // namespace tilec

#endif // TILEC_TILEC_H
