//===- MeasurementTest.cpp - What tilec bench finds out -------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Measurement.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <gtest/gtest.h>

using namespace tilec;

namespace {
Measurement makeMeasurement() {
  Measurement m;
  m.entry = "decode";
  m.threads = 2;
  m.iterations = 5;
  m.secondsMedian = 0.5;
  m.secondsMin = 0.4;
  m.bytesRead = 1000000000;
  m.flop = 3000000000;
  m.argumentBytes = 77;
  m.residentBytes = 88;
  m.limits = {4e9, 1e10};
  m.leastLimits = {3e9, 9e9};
  m.mostLimits = {5e9, 2e10};
  m.share = {0.6, 0.5, 0.7, 4};
  m.countedSeconds = 0.55;
  m.scopes = {{"q_proj", 0.25, 100, 200, {0.9, 0.8, 1, 3}}};
  return m;
}
} // namespace

TEST(Measurement, ScopesOfOneNameAreJoined) {
  auto joined =
      joinScopes({{"a", 1, 10, 100}, {"b", 2, 20, 200}, {"a", 4, 40, 400}});
  ASSERT_EQ(joined.size(), 2u);
  EXPECT_EQ(joined[0].name, "a");
  EXPECT_EQ(joined[0].seconds, 5);
  EXPECT_EQ(joined[0].bytes, 50);
  EXPECT_EQ(joined[0].flop, 500);
  EXPECT_EQ(joined[1].name, "b");
}

TEST(Measurement, ScopesAreMediansOverCalls) {
  // Two threads: 8 seconds of theirs are 4 of the call.
  Limits slow{50, 0}, fast{100, 0};
  auto scopes =
      getMedianScopes({{5, {{"a", 8, 200, 0}, {"b", 1, 0, 0}}, slow, slow},
                       {5, {{"a", 4, 200, 0}, {"b", 3, 0, 0}}, fast, fast},
                       {5, {{"a", 16, 200, 0}, {"b", 2, 0, 0}}, fast, fast}},
                      /*threads=*/2);
  ASSERT_EQ(scopes.size(), 2u);
  EXPECT_EQ(scopes[0].name, "a");
  EXPECT_EQ(scopes[0].seconds, 8);
  EXPECT_EQ(scopes[0].bytes, 200);
  EXPECT_DOUBLE_EQ(scopes[0].share.median, 1);
  EXPECT_DOUBLE_EQ(scopes[0].share.min, 0.25);
  EXPECT_EQ(scopes[1].seconds, 2);
  EXPECT_EQ(scopes[1].share.median, 0);
  EXPECT_TRUE(getMedianScopes({}, 2).empty());
}

TEST(Measurement, JSONHasEveryField) {
  auto json = llvm::cantFail(llvm::json::parse(formatJSON(makeMeasurement())));
  const llvm::json::Object &object = *json.getAsObject();
  EXPECT_EQ(object.getString("entry"), "decode");
  EXPECT_EQ(object.getInteger("threads"), 2);
  EXPECT_EQ(object.getInteger("iterations"), 5);
  EXPECT_EQ(object.getNumber("seconds_median"), 0.5);
  EXPECT_EQ(object.getNumber("seconds_min"), 0.4);
  EXPECT_EQ(object.getInteger("bytes_read"), 1000000000);
  EXPECT_EQ(object.getInteger("flop"), 3000000000);
  EXPECT_EQ(object.getInteger("scratch_bytes"), 0);
  EXPECT_EQ(object.getInteger("parallel_regions"), 0);
  const llvm::json::Object &limits = *object.getObject("limits");
  EXPECT_EQ(limits.getNumber("read_bytes_per_second"), 4e9);
  EXPECT_EQ(limits.getNumber("flop_per_second"), 1e10);
  EXPECT_EQ(object.getObject("limits_min")->getNumber("flop_per_second"), 9e9);
  EXPECT_EQ(object.getObject("limits_max")->getNumber("flop_per_second"), 2e10);
  EXPECT_EQ(object.getInteger("argument_bytes"), 77);
  EXPECT_EQ(object.getInteger("resident_bytes"), 88);
  EXPECT_EQ(object.getNumber("share_of_limit"), 0.6);
  EXPECT_EQ(object.getNumber("share_min"), 0.5);
  EXPECT_EQ(object.getNumber("share_max"), 0.7);
  EXPECT_EQ(object.getInteger("steady_iterations"), 4);
  EXPECT_EQ(object.getNumber("counted_seconds_median"), 0.55);
  const llvm::json::Array &scopes = *object.getArray("scopes");
  ASSERT_EQ(scopes.size(), 1u);
  const llvm::json::Object &scope = *scopes[0].getAsObject();
  EXPECT_EQ(scope.getString("name"), "q_proj");
  EXPECT_EQ(scope.getNumber("seconds"), 0.25);
  EXPECT_EQ(scope.getInteger("bytes"), 100);
  EXPECT_EQ(scope.getInteger("flop"), 200);
  EXPECT_EQ(scope.getNumber("share_of_limit"), 0.9);
  EXPECT_EQ(scope.getNumber("share_max"), 1);
}

TEST(Measurement, TheTableNamesUnits) {
  std::string table = formatTable(makeMeasurement());
  EXPECT_NE(table.find("reads 1 GB: 2 GB/s of 4 GB/s"), std::string::npos)
      << table;
  EXPECT_NE(table.find("60.0 % of this machine's limit, 50.0 to 70.0"),
            std::string::npos);
  EXPECT_NE(table.find("q_proj"), std::string::npos);
  EXPECT_EQ(formatSeconds(2.5), "2.5 s");
  EXPECT_EQ(formatSeconds(0.0125), "12.5 ms");
  EXPECT_EQ(formatSeconds(3e-6), "3 us");
}
