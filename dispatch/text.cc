#include "dispatch/text.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "dispatch/error.h"

namespace lanewise {

void JsonWriter::Quote(std::string_view value) {
  text_ += '"';
  for (const char c : value) {
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
    text_.append(static_cast<size_t>(2 * depth_), ' ');
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
    text_.append(static_cast<size_t>(2 * depth_), ' ');
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

lw_status CopyText(const std::string& text, char* buffer, size_t size, size_t* length) {
  if (!buffer && size != 0) return Fail(LW_ERR_NULL, "buffer is null but size is %zu", size);
  if (length) *length = text.size();
  if (size == 0) return LW_OK;
  const size_t count = std::min(text.size(), size - 1);
  std::memcpy(buffer, text.data(), count);
  buffer[count] = 0;
  return LW_OK;
}

}  // namespace lanewise
