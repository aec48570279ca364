//===- HeaderNames.cpp - Names that C and C++ take ------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HeaderNames.h"
#include "llvm/ADT/StringExtras.h"

using namespace tilec;
using llvm::StringRef;

/// Keywords of C11 and C++20, and what the standard headers and common
/// compilers define as macros in plain letters.
static constexpr const char *reservedWords =
    "alignas alignof and and_eq asm assert auto bitand bitor bool break "
    "case catch char char16_t char32_t char8_t class co_await co_return "
    "co_yield compl complex concept const const_cast consteval constexpr "
    "constinit continue decltype default delete do double dynamic_cast else "
    "enum errno explicit export extern false float for friend goto I i386 "
    "if imaginary inline int linux long mutable namespace new noexcept "
    "noreturn not not_eq NULL nullptr offsetof operator or or_eq private "
    "protected public register reinterpret_cast requires restrict return "
    "short signed sizeof static static_assert static_cast stderr stdin "
    "stdout struct switch template this thread_local throw true try typedef "
    "typeid typename typeof union unix unsigned using virtual void volatile "
    "wchar_t while xor xor_eq";

static bool isReservedWord(StringRef name) {
  static const llvm::StringSet<> words = [] {
    llvm::StringSet<> set;
    for (StringRef word : llvm::split(reservedWords, ' '))
      set.insert(word);
    return set;
  }();
  return words.contains(name);
}

/// Names that the standard headers' types and limits may have.
static bool hasReservedEnd(StringRef name) {
  return name.ends_with("_t") || name.ends_with("_C") ||
         name.ends_with("_MAX") || name.ends_with("_MIN") ||
         name.ends_with("_WIDTH");
}

/// Names that the implementation or the run-time library may have.
static bool hasReservedBegin(StringRef name) {
  bool isCapital = name.size() > 1 && name[0] == '_' && llvm::isUpper(name[1]);
  return name.starts_with("__") || isCapital ||
         name.starts_with_insensitive("tilec_");
}

std::string HeaderNames::take(StringRef name) {
  std::string result = hasReservedBegin(name) ? "x" + name.str() : name.str();
  while (isReservedWord(result) || hasReservedEnd(result) ||
         used.contains(result))
    result += '_';
  used.insert(result);
  return result;
}

std::string tilec::getIncludeGuard(StringRef stem) {
  std::string guard = "TILEC_";
  for (char c : stem)
    guard += llvm::isAlnum(c) ? llvm::toUpper(c) : '_';
  return guard + "_H";
}

std::string tilec::formatComment(StringRef text, StringRef prefix) {
  std::string result;
  for (StringRef line : llvm::split(text, '\n')) {
    std::string shown = (prefix + line).str();
    // What would end the comment, and what looks like the begin of another.
    for (size_t i = 0; i + 1 < shown.size(); ++i)
      if (StringRef pair = StringRef(shown).substr(i, 2);
          pair == "*/" || pair == "/*")
        shown.insert(i + 1, " ");
    // Control characters, and lines that would be continued.
    for (char &c : shown)
      if (!llvm::isPrint(c) && uint8_t(c) < 0x80)
        c = ' ';
    StringRef trimmed = StringRef(shown).rtrim(" \\");
    result += trimmed.str() + "\n";
  }
  return result;
}
