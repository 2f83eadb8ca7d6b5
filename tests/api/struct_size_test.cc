// The growth rule of structs with a struct_size, on a struct that has grown: what a later release
// will meet. That of the structs as they are is in api_test.cc.

#include "dispatch/base/struct_size.h"

#include <gtest/gtest.h>

namespace lanewise {
namespace {

struct First {
  uint32_t struct_size;
  int32_t a;
};
struct Grown {
  uint32_t struct_size;
  int32_t a;
  int64_t b;
};

// A caller's struct of another release, with marks behind it.
union Caller {
  char bytes[64];
  Grown grown;
  First first;
};

TEST(StructSize, LimitsAreInclusive) {
  EXPECT_EQ(CheckStructSize("f", 8, 8), LW_OK);
  EXPECT_EQ(CheckStructSize("f", 4096, 8), LW_OK);
  EXPECT_EQ(CheckStructSize("f", 7, 8), LW_ERR_SHAPE);
  EXPECT_EQ(CheckStructSize("f", 4097, 8), LW_ERR_SHAPE);
}

TEST(StructSize, OlderCallerGetsWhatItKnows) {
  Caller caller;
  std::memset(caller.bytes, 'g', sizeof(caller.bytes));
  caller.first.struct_size = sizeof(First);
  GiveStruct(Grown{sizeof(Grown), 5, 6}, &caller.grown);
  EXPECT_EQ(caller.first.struct_size, sizeof(First));
  EXPECT_EQ(caller.first.a, 5);
  for (size_t i = sizeof(First); i < sizeof(caller.bytes); ++i) ASSERT_EQ(caller.bytes[i], 'g');
}

TEST(StructSize, OlderCallersOptionsAreCompletedWithZeros) {
  Caller caller;
  std::memset(caller.bytes, 'g', sizeof(caller.bytes));
  caller.first = {sizeof(First), 5};
  Grown known;
  EXPECT_TRUE(TakeStruct(&caller.grown, known));
  EXPECT_EQ(known.a, 5);
  EXPECT_EQ(known.b, 0);
}

TEST(StructSize, NewerCallerOfAnOlderLibrary) {
  Caller caller;
  std::memset(caller.bytes, 'g', sizeof(caller.bytes));
  caller.grown.struct_size = sizeof(Grown);
  GiveStruct(First{sizeof(First), 5}, &caller.first);
  EXPECT_EQ(caller.grown.struct_size, sizeof(Grown));
  EXPECT_EQ(caller.grown.a, 5);
  EXPECT_EQ(caller.grown.b, 0);
  EXPECT_EQ(caller.bytes[sizeof(Grown)], 'g');
  First known;
  EXPECT_TRUE(TakeStruct(&caller.first, known));
  caller.grown.b = 1;
  EXPECT_FALSE(TakeStruct(&caller.first, known));
}

}  // namespace
}  // namespace lanewise
