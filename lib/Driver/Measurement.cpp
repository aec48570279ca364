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

double Measurement::getLimitSeconds() const {
  double reading =
      readBytesPerSecond > 0 ? double(bytesRead) / readBytesPerSecond : 0;
  double computing = flopPerSecond > 0 ? double(flop) / flopPerSecond : 0;
  return std::max(reading, computing);
}

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
    json.attributeObject("limits", [&] {
      json.attribute("read_bytes_per_second", m.readBytesPerSecond);
      json.attribute("flop_per_second", m.flopPerSecond);
    });
    json.attribute("share_of_limit", m.getShareOfLimit());
    json.attributeArray("scopes", [&] {
      for (const ScopeMeasurement &scope : m.scopes)
        json.object([&] {
          json.attribute("name", scope.name);
          json.attribute("seconds", scope.seconds);
          json.attribute("bytes", scope.bytes);
          json.attribute("flop", scope.flop);
        });
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
                      formatAmount(m.readBytesPerSecond));
  text += fmt::format("  computes {}FLOP: {}FLOP/s of {}FLOP/s\n",
                      formatAmount(double(m.flop)), formatAmount(flopRate),
                      formatAmount(m.flopPerSecond));
  text += fmt::format("  {:.1f} % of this machine's limit\n",
                      100 * m.getShareOfLimit());
  text += fmt::format(
      "  {} parallel region{}, {}B of scratch, {}B of tensors\n",
      m.parallelRegions, m.parallelRegions == 1 ? "" : "s",
      formatAmount(double(m.scratchBytes)), formatAmount(double(m.allocBytes)));
  return m.scopes.empty() ? text : text + formatScopes(m);
}
