// How tests of the C ABI judge an error.

#ifndef LANEWISE_TESTS_API_EXPECT_ERROR_H_
#define LANEWISE_TESTS_API_EXPECT_ERROR_H_

#include <gtest/gtest.h>

#include <string>

#include "lanewise/lanewise.h"

// The status, and that the message names what was called.
inline void ExpectError(lw_status got, lw_status expected, const char* named) {
  EXPECT_EQ(got, expected) << lw_last_error();
  EXPECT_NE(std::string(lw_last_error()).find(named), std::string::npos)
      << "\"" << lw_last_error() << "\" does not name " << named;
}

#endif  // LANEWISE_TESTS_API_EXPECT_ERROR_H_
