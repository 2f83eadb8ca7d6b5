// Which Highway the kernels are compiled with. Their bits are proven with one version
// (cmake/highway.pin); a build with another says so wherever it introduces itself.

#ifndef LANEWISE_DISPATCH_CHOOSE_HIGHWAY_H_
#define LANEWISE_DISPATCH_CHOOSE_HIGHWAY_H_

namespace lanewise {

// "1.3.0": that of the headers themselves.
const char* HighwayVersion();
// Whether that is the version of cmake/highway.pin.
bool HighwayProven();

}  // namespace lanewise

#endif  // LANEWISE_DISPATCH_CHOOSE_HIGHWAY_H_
