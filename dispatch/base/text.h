// Text and JSON for lw_explain and lw_machine. Emission only, a screenful: the core links no JSON
// library, and programs that read its JSON use their own.

#ifndef LANEWISE_DISPATCH_BASE_TEXT_H_
#define LANEWISE_DISPATCH_BASE_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "lanewise/lanewise.h"

namespace lanewise {

// Builds one JSON document; keys and values in the order of the calls, two-space indentation.
class JsonWriter {
 public:
  void BeginObject(std::string_view key = {}) { Begin(key, '{'); }
  void BeginArray(std::string_view key = {}) { Begin(key, '['); }
  void EndObject() { End('}'); }
  void EndArray() { End(']'); }
  void String(std::string_view key, std::string_view value);
  void Integer(std::string_view key, int64_t value);
  void Number(std::string_view key, double value);
  void Bool(std::string_view key, bool value);
  void Null(std::string_view key);
  const std::string& text() const { return text_; }

 private:
  void Begin(std::string_view key, char bracket);
  void End(char bracket);
  void Key(std::string_view key);  // separator, indentation and, unless empty, the key
  void Quote(std::string_view value);

  std::string text_;
  int depth_ = 0;
  bool first_ = true;
};

// The text with U+FFFD for every byte that is not part of UTF-8: values of the environment and
// paths are bytes, what is read by programs must be text.
std::string ValidUtf8(std::string_view text);
// The same in place, with "?".
void ReplaceInvalidUtf8(char* text);

// Copies what is given, made valid, to a C caller's buffer: truncated with a final 0; the full
// length to *length.
lw_status CopyText(const std::string& given, char* buffer, size_t size, size_t* length);

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_BASE_TEXT_H_
