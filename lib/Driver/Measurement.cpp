//===- Measurement.cpp - What tilec bench finds out -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurement.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <fmt/format.h>

using namespace tilec;

std::vector<ScopeMeasurement>
tilec::joinScopes(llvm::ArrayRef<ScopeMeasurement> scopes) {
  std::vector<ScopeMeasurement> joined;
  llvm::StringMap<size_t> places;
  for (const ScopeMeasurement &scope : scopes) {
    auto [place, isNew] = places.try_emplace(scope.name, joined.size());
    if (isNew)
      joined.push_back({scope.name});
    ScopeMeasurement &sum = joined[place->second];
    sum.seconds += scope.seconds;
    sum.bytes += scope.bytes;
    sum.flop += scope.flop;
  }
  return joined;
}

std::vector<ScopeMeasurement>
tilec::getMedianScopes(llvm::ArrayRef<CountedCall> calls, int threads) {
  if (calls.empty())
    return {};
  std::vector<ScopeMeasurement> scopes = calls.front().scopes;
  for (size_t i = 0; i < scopes.size(); ++i) {
    std::vector<double> seconds;
    std::vector<TimedCall> timed;
    for (const CountedCall &call : calls) {
      seconds.push_back(call.scopes[i].seconds);
      timed.push_back({seconds.back() / threads, call.before, call.after});
    }
    ScopeMeasurement &scope = scopes[i];
    scope.seconds = getMedian(std::move(seconds));
    scope.share =
        getShareOfLimit(timed, double(scope.bytes), double(scope.flop));
  }
  return scopes;
}

static void writeLimits(llvm::json::OStream &json, llvm::StringRef name,
                        const Limits &limits) {
  json.attributeObject(name, [&] {
    json.attribute("read_bytes_per_second", limits.readBytesPerSecond);
    json.attribute("flop_per_second", limits.flopPerSecond);
  });
}

static void writeShare(llvm::json::OStream &json, const ShareOfLimit &share) {
  json.attribute("share_of_limit", share.median);
  json.attribute("share_min", share.min);
  json.attribute("share_max", share.max);
}

static void writeScope(llvm::json::OStream &json,
                       const ScopeMeasurement &scope) {
  json.object([&] {
    json.attribute("name", scope.name);
    json.attribute("seconds", scope.seconds);
    json.attribute("bytes", scope.bytes);
    json.attribute("flop", scope.flop);
    writeShare(json, scope.share);
  });
}

std::string tilec::formatJSON(const Measurement &m) {
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::json::OStream json(out, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("entry", m.entry);
    json.attribute("threads", m.threads);
    json.attribute("iterations", m.iterations);
    json.attribute("seconds_median", m.secondsMedian);
    json.attribute("seconds_min", m.secondsMin);
    json.attribute("bytes_read", m.bytesRead);
    json.attribute("flop", m.flop);
    json.attribute("scratch_bytes", m.scratchBytes);
    json.attribute("alloc_bytes", m.allocBytes);
    json.attribute("parallel_regions", m.parallelRegions);
    json.attribute("argument_bytes", m.argumentBytes);
    json.attribute("resident_bytes", m.residentBytes);
    writeLimits(json, "limits", m.limits);
    writeLimits(json, "limits_min", m.leastLimits);
    writeLimits(json, "limits_max", m.mostLimits);
    writeShare(json, m.share);
    json.attribute("steady_iterations", int64_t(m.share.steadyCalls));
    json.attribute("counted_seconds_median", m.countedSeconds);
    json.attributeArray("scopes", [&] {
      for (const ScopeMeasurement &scope : m.scopes)
        writeScope(json, scope);
    });
  });
  out << '\n';
  return text;
}

//===----------------------------------------------------------------------===//
// For people
//===----------------------------------------------------------------------===//

std::string tilec::formatSeconds(double seconds) {
  if (seconds >= 1)
    return fmt::format("{:.3g} s", seconds);
  if (seconds >= 1e-3)
    return fmt::format("{:.3g} ms", seconds * 1e3);
  return fmt::format("{:.3g} us", seconds * 1e6);
}

/// `660 M`: four digits and the power of a thousand.
static std::string formatAmount(double amount) {
  static constexpr const char *prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t power = 0;
  for (; amount >= 1000 && power + 1 < std::size(prefixes); ++power)
    amount /= 1000;
  return fmt::format("{:.4g} {}", amount, prefixes[power]);
}

/// The rows are the widest where a name is.
static std::string formatScopes(const Measurement &m) {
  size_t width = 5;
  double total = 0;
  for (const ScopeMeasurement &scope : m.scopes) {
    width = std::max(width, scope.name.size());
    total += scope.seconds;
  }
  std::string text =
      fmt::format("  {:<{}} {:>10} {:>7} {:>12} {:>12}\n", "scope", width,
                  "time", "share", "read", "computed");
  for (const ScopeMeasurement &scope : m.scopes)
    text += fmt::format("  {:<{}} {:>10} {:>5.1f} % {:>12} {:>12}\n",
                        scope.name, width, formatSeconds(scope.seconds),
                        total > 0 ? 100 * scope.seconds / total : 0,
                        formatAmount(double(scope.bytes)) + "B",
                        formatAmount(double(scope.flop)) + "FLOP");
  return text;
}

std::string tilec::formatTable(const Measurement &m) {
  double readRate = double(m.bytesRead) / m.secondsMedian;
  double flopRate = double(m.flop) / m.secondsMedian;
  std::string text =
      fmt::format("`{}`: {} iterations on {} thread{}\n", m.entry, m.iterations,
                  m.threads, m.threads == 1 ? "" : "s");
  text += fmt::format("  median {}, least {}\n", formatSeconds(m.secondsMedian),
                      formatSeconds(m.secondsMin));
  text += fmt::format("  reads {}B: {}B/s of {}B/s\n",
                      formatAmount(double(m.bytesRead)), formatAmount(readRate),
                      formatAmount(m.limits.readBytesPerSecond));
  text += fmt::format("  computes {}FLOP: {}FLOP/s of {}FLOP/s\n",
                      formatAmount(double(m.flop)), formatAmount(flopRate),
                      formatAmount(m.limits.flopPerSecond));
  text +=
      fmt::format("  {:.1f} % of this machine's limit, {:.1f} to {:.1f}\n",
                  100 * m.share.median, 100 * m.share.min, 100 * m.share.max);
  text += fmt::format(
      "  {} parallel region{}, {}B of scratch, {}B of tensors\n",
      m.parallelRegions, m.parallelRegions == 1 ? "" : "s",
      formatAmount(double(m.scratchBytes)), formatAmount(double(m.allocBytes)));
  return m.scopes.empty() ? text : text + formatScopes(m);
}
