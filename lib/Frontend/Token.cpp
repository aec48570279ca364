//===- Token.cpp - Names and values of tokens -----------------------------===//
//
// Part of tilec, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tilec/Frontend/Token.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

#include <charconv>
#include <cstdlib>

using namespace tilec;
using llvm::StringRef;

StringRef tilec::spelling(TokenKind kind) {
  static constexpr const char *names[] = {
#define TOKEN(Kind, Description) Description,
#define KEYWORD(Kind, Spelling) Spelling,
#define PUNCT(Kind, Spelling) Spelling,
#include "tilec/Frontend/TokenKinds.def"
  };
  return names[static_cast<unsigned>(kind)];
}

bool tilec::isKeyword(TokenKind kind) {
  return kind >= TokenKind::KwAnd && kind <= TokenKind::KwYield;
}

std::string tilec::describe(const Token &token) {
  switch (token.kind) {
  case TokenKind::EndOfFile:
  case TokenKind::Newline:
  case TokenKind::Indent:
  case TokenKind::Dedent:
  case TokenKind::Error:
  case TokenKind::String:
  case TokenKind::FString:
  case TokenKind::Bytes:
    return spelling(token.kind).str();
  default:
    return quoted(token.text);
  }
}

std::string tilec::escapedByte(unsigned char byte) {
  std::string text = "\\x";
  text += llvm::hexdigit(byte >> 4, /*LowerCase=*/true);
  text += llvm::hexdigit(byte & 15, /*LowerCase=*/true);
  return text;
}

std::string tilec::quoted(StringRef text) {
  constexpr size_t maxQuoted = 40;
  std::string result = "'";
  StringRef shown = text.take_front(maxQuoted);
  while (shown.size() < text.size() &&
         (static_cast<unsigned char>(text[shown.size()]) & 0xc0) == 0x80)
    shown = shown.drop_back();
  for (char c : shown) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
      result += escapedByte(byte);
    else
      result += c;
  }
  if (shown.size() < text.size())
    result += "...";
  return result + "'";
}

/// Appends the text without its underscores, each of which must stand between
/// two digits.
static bool removeUnderscores(StringRef text, bool (*isDigit)(char),
                              llvm::SmallVectorImpl<char> &digits) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_')
      digits.push_back(text[i]);
    else if (i == 0 || i + 1 == text.size() || !isDigit(text[i - 1]) ||
             !isDigit(text[i + 1]))
      return false;
  }
  return !digits.empty();
}

static unsigned radixOf(StringRef text) {
  if (text.starts_with_insensitive("0x"))
    return 16;
  if (text.starts_with_insensitive("0o"))
    return 8;
  return text.starts_with_insensitive("0b") ? 2 : 10;
}

std::optional<uint64_t> tilec::decodeInt(StringRef text) {
  unsigned radix = radixOf(text);
  if (radix != 10) {
    text = text.drop_front(2);
    text.consume_front("_");
  }
  llvm::SmallString<64> digits;
  if (!removeUnderscores(text, llvm::isHexDigit, digits))
    return std::nullopt;
  // Python refuses 012, which once was octal, but takes 00.
  if (radix == 10 && digits[0] == '0' &&
      digits.find_first_not_of('0') != StringRef::npos)
    return std::nullopt;
  uint64_t value = 0;
  auto [last, status] =
      std::from_chars(digits.begin(), digits.end(), value, radix);
  if (status != std::errc() || last != digits.end())
    return std::nullopt;
  return value;
}

std::optional<double> tilec::decodeFloat(StringRef text) {
  llvm::SmallString<64> digits;
  if (!removeUnderscores(text, llvm::isDigit, digits))
    return std::nullopt;
  double value = 0;
  auto [last, status] = std::from_chars(digits.begin(), digits.end(), value);
  if (last != digits.end() || status == std::errc::invalid_argument)
    return std::nullopt;
  // from_chars does not tell overflow from underflow; strtod does, and both
  // are rare.
  if (status == std::errc::result_out_of_range)
    return std::strtod(digits.c_str(), nullptr);
  return value;
}

namespace {
/// Decodes the escape sequences of one literal's contents.
class StringDecoder {
public:
  StringDecoder(StringRef body, std::string &value)
      : rest(body), value(value) {}

  std::optional<SourceRange> decode() {
    while (!rest.empty()) {
      size_t plain = std::min(rest.find('\\'), rest.size());
      appendPlain(rest.take_front(plain));
      rest = rest.drop_front(plain);
      if (rest.empty())
        break;
      const char *start = rest.begin();
      if (!decodeEscape())
        return SourceRange::of(
            StringRef(start, std::max<size_t>(rest.begin() - start, 1)));
    }
    return std::nullopt;
  }

private:
  /// A line break in a literal is one newline, whatever the file has.
  void appendPlain(StringRef text) {
    for (size_t i = 0; i < text.size(); ++i)
      if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n')
        value += text[i];
  }

  bool decodeEscape() {
    rest = rest.drop_front();
    if (rest.consume_front("\r\n") || rest.consume_front("\n"))
      return true;
    if (rest.empty())
      return false;
    char c = rest.front();
    if (c >= '0' && c <= '7')
      return decodeCode(/*maxDigits=*/3, /*minDigits=*/1, /*radix=*/8);
    rest = rest.drop_front();
    static constexpr StringRef letters = "abfnrtv\\'\"";
    static constexpr StringRef meanings = "\a\b\f\n\r\t\v\\'\"";
    size_t index = letters.find(c);
    if (index != StringRef::npos) {
      value += meanings[index];
      return true;
    }
    switch (c) {
    case 'x':
      return decodeCode(2, 2, 16);
    case 'u':
      return decodeCode(4, 4, 16);
    case 'U':
      return decodeCode(8, 8, 16);
    default:
      return false;
    }
  }

  bool decodeCode(unsigned maxDigits, unsigned minDigits, unsigned radix) {
    unsigned code = 0;
    unsigned count = 0;
    while (count < maxDigits && !rest.empty() &&
           llvm::hexDigitValue(rest.front()) < radix) {
      code = code * radix + llvm::hexDigitValue(rest.front());
      rest = rest.drop_front();
      ++count;
    }
    char buffer[UNI_MAX_UTF8_BYTES_PER_CODE_POINT];
    char *bufferEnd = buffer;
    if (count < minDigits || !llvm::ConvertCodePointToUTF8(code, bufferEnd))
      return false;
    value.append(buffer, bufferEnd);
    return true;
  }

  StringRef rest;
  std::string &value;
};
} // namespace

std::optional<SourceRange> tilec::decodeString(StringRef text,
                                               std::string &value) {
  size_t prefix = std::min(text.find_first_of("'\""), text.size());
  bool raw = text.take_front(prefix).contains_insensitive("r");
  text = text.drop_front(prefix);
  size_t quotes = text.starts_with("\"\"\"") || text.starts_with("'''") ? 3 : 1;
  StringRef body = text.drop_front(quotes).drop_back(quotes);
  if (raw) {
    value += body;
    return std::nullopt;
  }
  return StringDecoder(body, value).decode();
}
