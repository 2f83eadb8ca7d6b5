#pragma once
#include <vector>
__attribute__((visibility("default"))) double MeanOfExponentials(const std::vector<double>& x);
