//===- Calls.cpp - Calls of entries ---------------------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallArguments.h"
#include "tilec/Support/RuntimeError.h"

using namespace tilec;
using namespace tilec::capi;

/// Copies what the host gives as options, which may be nothing.
static bool readOptions(const tilec_call_options *given,
                        tilec_call_options &options, tilec_error **error) {
  if (given && !readStructure(*given, "options", options, error))
    return false;
  if (!options.dims && options.dim_count != 0) {
    rejectNull(error, "options->dims");
    return false;
  }
  for (size_t i = 0; i < options.dim_count; ++i)
    if (!options.dims[i].symbol) {
      rejectNull(error, "options->dims[].symbol");
      return false;
    }
  return true;
}

/// A failure of the program, or a call that was cancelled.
static tilec_status reportEnd(int32_t end, const tilec_rt_error &failure,
                              tilec_error **error) {
  if (end == TILEC_RT_CANCELLED)
    return fail(error, TILEC_CANCELLED, failure.message);
  std::string text = llvm::toString(llvm::make_error<RuntimeError>(
      SourcePlace{failure.file, failure.line, failure.column},
      failure.message));
  DiagnosticList diagnostics;
  diagnostics.add(TILEC_ERROR, failure.file, failure.line, failure.column,
                  failure.message, text);
  return fail(error, TILEC_CALL_FAILED, text, std::move(diagnostics));
}

tilec_status capi::tilec_call(const tilec_entry *entry,
                              const tilec_argument *arguments, size_t count,
                              const tilec_call_options *givenOptions,
                              tilec_error **error) {
  return guard(error, [&] {
    if (!entry || (!arguments && count != 0))
      return rejectNull(error, entry ? "arguments" : "entry");
    tilec_call_options options = {};
    if (!readOptions(givenOptions, options, error))
      return TILEC_INVALID_ARGUMENT;
    CallArguments checked(*entry, options);
    if (!checked.take(arguments, count, /*tensorsMayLack=*/false) ||
        !checked.solve() || !checked.checkOverlap())
      return reject(error, checked.getProblems());
    tilec_rt_pool *threads = getThreads(options.pool);
    if (!threads)
      return failOutOfMemory(error);
    tilec_rt_call_options call = {};
    call.size = sizeof(call);
    call.cancel = options.cancel ? options.cancel->token : nullptr;
    tilec_rt_error failure;
    int32_t end = tilec_rt_call_with(
        threads, entry->compiled.function, entry->compiled.scratchBytes,
        checked.getTensors(), checked.getScalars(), &call, &failure);
    return end == TILEC_RT_DONE ? TILEC_OK : reportEnd(end, failure, error);
  });
}

tilec_status capi::tilec_entry_shape(const tilec_entry *entry,
                                     const char *parameter,
                                     const tilec_argument *arguments,
                                     size_t count,
                                     const tilec_call_options *givenOptions,
                                     int64_t *shape, tilec_error **error) {
  return guard(error, [&] {
    if (!entry || !parameter || (!arguments && count != 0))
      return rejectNull(error, !entry       ? "entry"
                               : !parameter ? "parameter"
                                            : "arguments");
    const Parameter *found = entry->getSignature().find(parameter);
    if (!found || !found->isTensor())
      return reject(error, fmt::format("`{}` is no tensor of `{}`", parameter,
                                       entry->getSignature().name));
    if (!shape && !found->shape.empty())
      return rejectNull(error, "shape");
    tilec_call_options options = {};
    if (!readOptions(givenOptions, options, error))
      return TILEC_INVALID_ARGUMENT;
    CallArguments checked(*entry, options);
    if (!checked.take(arguments, count, /*tensorsMayLack=*/true) ||
        !checked.getShape(*found, shape))
      return reject(error, checked.getProblems());
    return TILEC_OK;
  });
}
