//===- Diagnostics.cpp - Errors, warnings and notes -----------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/Diagnostics.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Unicode.h"

#include <algorithm>
#include <cstring>
#include <tuple>

using namespace tilec;
using llvm::StringRef;

namespace {
/// A longer source line is shown as a window of this many bytes about the
/// caret.
constexpr size_t maxShown = 160;
constexpr size_t shownBefore = 60;
constexpr unsigned tabWidth = 4;

bool isContinuationByte(char c) { return (c & 0xc0) == 0x80; }

/// The line of `buffer` that `loc` is on, without its line break.
StringRef lineAround(StringRef buffer, const char *loc) {
  StringRef before = buffer.take_front(loc - buffer.begin());
  // npos + 1 is 0: the first line.
  const char *begin = buffer.begin() + (before.rfind('\n') + 1);
  StringRef rest(loc, buffer.end() - loc);
  const char *end = loc + std::min(rest.find('\n'), rest.size());
  if (end != begin && end[-1] == '\r' && end != loc)
    --end;
  return {begin, static_cast<size_t>(end - begin)};
}

/// The part of a long line that is shown. Cuts between characters.
StringRef windowAround(StringRef line, const char *loc) {
  if (line.size() <= maxShown)
    return line;
  const char *begin = line.begin();
  if (loc - begin > static_cast<ptrdiff_t>(shownBefore))
    begin = loc - shownBefore;
  const char *end =
      std::min(line.end(), begin + static_cast<ptrdiff_t>(maxShown));
  while (begin != line.begin() && isContinuationByte(*begin))
    --begin;
  while (end != line.end() && isContinuationByte(*end))
    --end;
  return {begin, static_cast<size_t>(end - begin)};
}

/// Source text made fit for a terminal: tabs expanded, control characters and
/// malformed UTF-8 replaced; counts the columns it fills.
class DisplayLine {
public:
  void append(StringRef text) {
    while (!text.empty()) {
      size_t length = characterLength(text);
      appendCharacter(text.take_front(length));
      text = text.drop_front(length);
    }
  }
  unsigned width() const { return columns; }
  StringRef text() const { return shown; }

private:
  static size_t characterLength(StringRef text) {
    unsigned length =
        llvm::getNumBytesForUTF8(static_cast<unsigned char>(text.front()));
    auto *bytes = reinterpret_cast<const llvm::UTF8 *>(text.begin());
    if (length > text.size() ||
        !llvm::isLegalUTF8Sequence(bytes, bytes + length))
      return 1;
    return length;
  }

  void appendCharacter(StringRef character) {
    if (character == "\t") {
      unsigned spaces = tabWidth - columns % tabWidth;
      shown.append(spaces, ' ');
      columns += spaces;
      return;
    }
    int width = llvm::sys::unicode::columnWidthUTF8(character);
    if (width < 0) {
      character = "?";
      width = 1;
    }
    shown += character;
    columns += width;
  }

  llvm::SmallString<256> shown;
  unsigned columns = 0;
};
} // namespace

void Diagnostics::add(Severity severity, SourceRange range,
                      const llvm::Twine &message) {
  std::string text = message.str();
  llvm::SmallString<128> key(text);
  const char *place = range.begin.getPointer();
  key.append(StringRef(reinterpret_cast<const char *>(&place), sizeof(place)));
  lastDropped = !seen.insert(key).second;
  if (lastDropped)
    return;
  if (severity == Severity::Warning) {
    ++numWarnings;
  } else if (++numErrors > errorLimit) {
    lastDropped = true;
    return;
  }
  pending.push_back({severity, range, std::move(text), {}});
}

void Diagnostics::error(SourceRange range, const llvm::Twine &message) {
  add(Severity::Error, range, message);
}

void Diagnostics::warning(SourceRange range, const llvm::Twine &message) {
  add(Severity::Warning, range, message);
}

void Diagnostics::note(SourceRange range, const llvm::Twine &message) {
  if (!lastDropped && !pending.empty())
    pending.back().notes.push_back({range, message.str()});
}

void Diagnostics::flush() {
  using Key = std::tuple<unsigned, const char *, size_t>;
  std::vector<Key> order;
  for (size_t i = 0; i < pending.size(); ++i) {
    llvm::SMLoc loc = pending[i].range.begin;
    unsigned file = loc.isValid() ? sources.FindBufferContainingLoc(loc) : 0;
    order.emplace_back(file, loc.getPointer(), i);
  }
  std::sort(order.begin(), order.end());
  for (const Key &key : order)
    print(pending[std::get<size_t>(key)]);
  pending.clear();
  lastDropped = true;
  if (tooManyErrors() && !limitAnnounced) {
    limitAnnounced = true;
    printOne(SourceRange(), "error",
             ("too many errors; only the first " + llvm::Twine(errorLimit) +
              " are shown")
                 .str());
  }
  os.flush();
}

void Diagnostics::print(const Diagnostic &diagnostic) {
  bool isError = diagnostic.severity == Severity::Error;
  printOne(diagnostic.range, isError ? "error" : "warning", diagnostic.message);
  for (const Diagnostic::Note &note : diagnostic.notes)
    printOne(note.range, "note", note.message);
}

void Diagnostics::printOne(SourceRange range, StringRef kind,
                           StringRef message) {
  if (!range.isValid()) {
    os << (kind == "note" ? "" : "tilec: ") << kind << ": " << message << '\n';
    return;
  }
  FileLocation where = locate(range.begin);
  os << where.file << ':' << where.line << ':' << where.column << ": " << kind
     << ": " << message << '\n';
  printSnippet(range);
}

void Diagnostics::printSnippet(SourceRange range) {
  unsigned file = sources.FindBufferContainingLoc(range.begin);
  if (!file)
    return;
  const char *begin = range.begin.getPointer();
  const char *end = std::max(range.end.getPointer(), begin);
  StringRef buffer = sources.getMemoryBuffer(file)->getBuffer();
  StringRef line = lineAround(buffer, begin);
  StringRef shown = windowAround(line, begin);
  const char *shownEnd = std::max(shown.end(), begin);
  end = std::min(end, shownEnd);

  DisplayLine display;
  if (shown.begin() != line.begin())
    display.append("...");
  display.append({shown.begin(), static_cast<size_t>(begin - shown.begin())});
  unsigned caret = display.width();
  display.append({begin, static_cast<size_t>(end - begin)});
  unsigned caretEnd = display.width();
  display.append({end, static_cast<size_t>(shownEnd - end)});
  if (shown.end() != line.end())
    display.append("...");

  os << display.text() << '\n';
  os.indent(caret) << '^';
  for (unsigned column = caret + 1; column < caretEnd; ++column)
    os << '~';
  os << '\n';
}

FileLocation Diagnostics::locate(llvm::SMLoc loc) const {
  unsigned file = loc.isValid() ? sources.FindBufferContainingLoc(loc) : 0;
  if (!file)
    return {};
  const llvm::MemoryBuffer *buffer = sources.getMemoryBuffer(file);
  StringRef line = lineAround(buffer->getBuffer(), loc.getPointer());
  unsigned column =
      1 + llvm::count_if(llvm::make_range(line.begin(), loc.getPointer()),
                         [](char c) { return !isContinuationByte(c); });
  return {buffer->getBufferIdentifier(), sources.FindLineNumber(loc, file),
          column};
}
