// Pairs of samples and their slopes: random samples of pairs, and all pairs that two orders rank differently.

#pragma once

#include <utility>

#include "inversions.hpp"

namespace optimap {

struct Pair {
    int32_t first, second;  // samples, first < second
};

// Rounded as in NumPy.
inline double slope_between(const double* y, Pair pair) {
    return (y[pair.second] - y[pair.first]) / double(pair.second - pair.first);
}

inline int64_t pairs_of(int64_t samples) { return samples * (samples - 1) / 2; }

// Pseudo-random numbers, the same every time.
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
        const int64_t one = dice.below(samples), other = dice.below(samples - 1);
        pair = {int32_t(std::min(one, other)), int32_t(other < one ? one : other + 1)};
    }
    return pairs;
}

// Pairs drawn from the `inside` pairs that change sides when a ranking is sorted: one out of every `inside / count`
// consecutive pairs.
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

// Slopes of the `inside` pairs that change sides when a ranking is sorted.
template <class Key, class GoesFirst>
std::vector<double> slopes_inside(const double* y, Ranking<Key>& ranking, int64_t inside, GoesFirst goes_first) {
    std::vector<double> slopes(inside);
    double* next = slopes.data();
    ranking.sort_and_visit(goes_first, [&](const int32_t* lefts, int64_t run, int32_t right) {
        for (int64_t k = 0; k < run; ++k) *next++ = slope_between(y, {lefts[k], right});
    });
    return slopes;
}

inline std::vector<double> slopes_of(const double* y, const std::vector<Pair>& pairs) {
    std::vector<double> slopes;
    slopes.reserve(pairs.size());
    for (Pair pair : pairs) slopes.push_back(slope_between(y, pair));
    return slopes;
}

// The value at a place, `from` or later, if all values from there on were sorted. Earlier values are not above it.
inline double value_at(std::vector<double>& values, int64_t place, int64_t from = 0) {
    std::nth_element(values.begin() + from, values.begin() + place, values.end());
    return values[place];
}

// Two ranks, from 0, among a number of slopes: the median is the mean of the slopes at these ranks.
struct Middle {
    int64_t first, second;
    explicit Middle(int64_t count) : first((count - 1) / 2), second(count / 2) {}
};

// The values at two places, equal or adjacent, if all values were sorted.
inline std::pair<double, double> values_at(std::vector<double>& values, int64_t first, int64_t second) {
    const double value = value_at(values, first);
    return {value, first == second ? value : *std::min_element(values.begin() + second, values.end())};
}

// As in NumPy: if there is only one number, without the sum, which may overflow.
inline double mean(double first, double second) { return first == second ? first : (first + second) / 2; }

}  // namespace optimap
