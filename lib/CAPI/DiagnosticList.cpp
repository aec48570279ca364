//===- DiagnosticList.cpp - Diagnostics that cross the border -------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What is said of a program is printed first, in one form for all origins, and
// kept with the compiled program. Here it is taken apart:
//
//   FILE:LINE:COLUMN: error: MESSAGE     or    tilec: error: MESSAGE
//   SOURCE LINE
//           ^~~~
//
//===----------------------------------------------------------------------===//

#include "Errors.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

using namespace tilec::capi;
using llvm::StringRef;

const char *DiagnosticList::keep(StringRef text) {
  texts.push_back(std::make_unique<std::string>(text));
  return texts.back()->c_str();
}

void DiagnosticList::add(tilec_severity severity, StringRef file, int32_t line,
                         int32_t column, StringRef message,
                         StringRef rendered) {
  diagnostics.push_back(
      {severity, line, column, keep(file), keep(message), keep(rendered)});
}

namespace {
/// The first line of a diagnostic.
struct Heading {
  tilec_severity severity = TILEC_ERROR;
  StringRef file, message;
  int32_t line = 0, column = 0;
};
} // namespace

/// "error: message" and its like.
static bool readSeverity(StringRef text, Heading &heading) {
  static constexpr std::pair<const char *, tilec_severity> names[] = {
      {"error: ", TILEC_ERROR},
      {"warning: ", TILEC_WARNING},
      {"note: ", TILEC_NOTE}};
  for (auto [name, severity] : names)
    if (text.consume_front(name)) {
      heading.severity = severity;
      heading.message = text;
      return true;
    }
  return false;
}

/// A number with a colon behind it.
static bool readNumber(StringRef &text, int32_t &number) {
  return !text.consumeInteger(10, number) && text.consume_front(":");
}

/// A file may have colons in its name: the first one that a place follows ends
/// it.
static std::optional<Heading> readHeading(StringRef line) {
  Heading heading;
  StringRef rest = line;
  rest.consume_front("tilec: ");
  if (readSeverity(rest, heading))
    return heading;
  for (size_t colon = line.find(':'); colon != StringRef::npos;
       colon = line.find(':', colon + 1)) {
    rest = line.drop_front(colon + 1);
    heading.file = line.take_front(colon);
    if (readNumber(rest, heading.line) && readNumber(rest, heading.column) &&
        rest.consume_front(" ") && readSeverity(rest, heading))
      return heading;
  }
  return std::nullopt;
}

static bool isCaret(StringRef line) {
  line = line.ltrim(' ');
  return line.consume_front("^") && line.ltrim('~').empty();
}

DiagnosticList DiagnosticList::parse(StringRef printed) {
  llvm::SmallVector<StringRef, 16> lines;
  printed.split(lines, '\n');
  if (lines.back().empty())
    lines.pop_back();
  DiagnosticList result;
  for (size_t i = 0; i < lines.size();) {
    std::optional<Heading> heading = readHeading(lines[i]);
    if (!heading) {
      ++i;
      continue;
    }
    // A source line may look like a heading, a caret's line may not.
    size_t end = i + 1;
    while (end < lines.size() && !readHeading(lines[end]) &&
           !(end + 1 < lines.size() && isCaret(lines[end + 1])))
      ++end;
    const char *messageEnd = lines[end - 1].end();
    if (heading->line > 0 && end + 1 < lines.size() && isCaret(lines[end + 1]))
      end += 2;
    const char *renderedEnd = lines[end - 1].end();
    const char *message = heading->message.begin();
    result.add(heading->severity, heading->file, heading->line, heading->column,
               StringRef(message, messageEnd - message),
               StringRef(lines[i].begin(), renderedEnd - lines[i].begin()));
    i = end;
  }
  return result;
}
