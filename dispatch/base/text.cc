#include "dispatch/base/text.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "dispatch/base/error.h"

namespace lanewise {
namespace {

// Bytes of the character that begins here, or 0 if these bytes are not UTF-8.
size_t CharacterBytes(std::string_view text) {
  const auto byte = [text](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const uint32_t first = byte(0);
  if (first < 0x80) return 1;
  const size_t count = first >= 0xC2 && first < 0xE0   ? 2
                       : first >= 0xE0 && first < 0xF0 ? 3
                       : first >= 0xF0 && first < 0xF5 ? 4
                                                       : 0;
  for (size_t i = 1; i < count; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const uint32_t two = first << 8 | byte(1);
  // Too long, surrogates, above U+10FFFF.
  if (count == 3 && (two < 0xE0A0 || (two >= 0xEDA0 && two < 0xEE00))) return 0;
  if (count == 4 && (two < 0xF090 || two >= 0xF490)) return 0;
  return count;
}

}  // namespace

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const size_t count = CharacterBytes(text);
    valid += count ? text.substr(0, count) : "\xEF\xBF\xBD";
    text.remove_prefix(count ? count : 1);
  }
  return valid;
}

void ReplaceInvalidUtf8(char* text) {
  for (std::string_view rest = text; !rest.empty();) {
    const size_t count = CharacterBytes(rest);
    if (!count) text[0] = '?';
    text += count ? count : 1;
    rest.remove_prefix(count ? count : 1);
  }
}

void JsonWriter::Quote(std::string_view value) {
  text_ += '"';
  for (const char c : ValidUtf8(value)) {
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      snprintf(escape, sizeof(escape), "\\u%04x", c);
      text_ += escape;
    } else {
      text_ += c;
    }
  }
  text_ += '"';
}

void JsonWriter::Key(std::string_view key) {
  if (!first_) text_ += ',';
  if (depth_ > 0) {
    text_ += '\n';
    text_.append(2 * static_cast<size_t>(depth_), ' ');
  }
  first_ = false;
  if (!key.empty()) {
    Quote(key);
    text_ += ": ";
  }
}

void JsonWriter::Begin(std::string_view key, char bracket) {
  Key(key);
  text_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::End(char bracket) {
  --depth_;
  if (!first_) {
    text_ += '\n';
    text_.append(2 * static_cast<size_t>(depth_), ' ');
  }
  text_ += bracket;
  first_ = false;
}

void JsonWriter::String(std::string_view key, std::string_view value) {
  Key(key);
  Quote(value);
}

void JsonWriter::Integer(std::string_view key, int64_t value) {
  Key(key);
  text_ += std::to_string(value);
}

void JsonWriter::Number(std::string_view key, double value) {
  Key(key);
  char digits[32];
  snprintf(digits, sizeof(digits), "%.6g", value);
  text_ += digits;
}

void JsonWriter::Bool(std::string_view key, bool value) {
  Key(key);
  text_ += value ? "true" : "false";
}

void JsonWriter::Null(std::string_view key) {
  Key(key);
  text_ += "null";
}

lw_status CopyText(const std::string& given, char* buffer, size_t size, size_t* length) {
  if (!buffer && size != 0) return Fail(LW_ERR_NULL, "buffer is null but size is %zu", size);
  const std::string text = ValidUtf8(given);
  if (length) *length = text.size();
  if (size == 0) return LW_OK;
  const size_t count = std::min(text.size(), size - 1);
  std::memcpy(buffer, text.data(), count);
  buffer[count] = 0;
  return LW_OK;
}

}  // namespace lanewise
