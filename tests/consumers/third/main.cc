#include <stats.h>

int main() { return MeanOfExponentials(std::vector<double>(1000, 0.0)) == 1.0 ? 0 : 1; }
