// Pairs of samples and their slopes: random samples of them, and all that lie between two orders.

#pragma once

#include "inversions.hpp"

namespace optimap {

struct Pair {
    int32_t first, second;  // samples, first < second
};

// Rounded as NumPy rounds it.
inline double slope_between(const double* y, Pair pair) {
    return (y[pair.second] - y[pair.first]) / double(pair.second - pair.first);
}

inline int64_t pairs_of(int64_t samples) { return samples * (samples - 1) / 2; }

// Numbers that look random, the same every time.
class Dice {
  public:
    double fraction() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return double(state_ >> 11) * 0x1p-53;
    }
    int64_t below(int64_t limit) { return int64_t(fraction() * double(limit)); }

  private:
    uint64_t state_ = 0x9E3779B97F4A7C15u;
};

// Pairs drawn from all pairs.
inline std::vector<Pair> draw_pairs(int64_t samples, int64_t count, Dice& dice) {
    std::vector<Pair> pairs(count);
    for (Pair& pair : pairs) {
        const int64_t one = dice.below(samples), other = (one + 1 + dice.below(samples - 1)) % samples;
        pair = {int32_t(std::min(one, other)), int32_t(std::max(one, other))};
    }
    return pairs;
}

// Pairs drawn from those that change sides when a ranking is sorted, of which there are `inside`: one out of each
// `inside / count` that come one after the other.
template <class Key, class GoesFirst>
std::vector<Pair> draw_pairs(Ranking<Key> ranking, int64_t inside, int64_t count, GoesFirst goes_first, Dice& dice) {
    std::vector<Pair> pairs;
    pairs.reserve(count);
    auto next = [&] { return int64_t((double(pairs.size()) + dice.fraction()) * double(inside) / double(count)); };
    int64_t seen = 0, wanted = next();
    ranking.sort_and_visit(goes_first, [&](const int32_t* lefts, int64_t run, int32_t right) {
        for (; wanted < seen + run; wanted = next()) pairs.push_back({lefts[wanted - seen], right});
        seen += run;
    });
    return pairs;
}

// Slopes of all pairs that change sides when a ranking is sorted.
template <class Key, class GoesFirst>
std::vector<double> slopes_inside(const double* y, Ranking<Key>& ranking, GoesFirst goes_first) {
    std::vector<double> slopes;
    ranking.sort_and_visit(goes_first, [&](const int32_t* lefts, int64_t run, int32_t right) {
        for (int64_t k = 0; k < run; ++k) slopes.push_back(slope_between(y, {lefts[k], right}));
    });
    return slopes;
}

inline std::vector<double> slopes_of(const double* y, const std::vector<Pair>& pairs) {
    std::vector<double> slopes;
    slopes.reserve(pairs.size());
    for (Pair pair : pairs) slopes.push_back(slope_between(y, pair));
    return slopes;
}

// The value that stands at a place when all are sorted.
inline double value_at(std::vector<double>& values, int64_t place) {
    std::nth_element(values.begin(), values.begin() + place, values.end());
    return values[place];
}

}  // namespace optimap
