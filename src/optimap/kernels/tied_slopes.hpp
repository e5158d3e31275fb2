// TiedSlopes: the median slope of series in which very many pairs have the same slope, or nearly so.
//
// Counts change by whole numbers, so a slope such as 0 or 1/3 may belong to a large share of all pairs, which no
// two numbers can separate. Where samples are whole multiples of a step, slopes are fractions, and comparing them with one
// of these fractions is exact in whole numbers. Rounding keeps quotients in order, so the slope of a rank is the fraction
// of that rank, rounded.

#pragma once

#include <functional>
#include <optional>

#include "slope_pairs.hpp"

namespace optimap {

// Samples as whole multiples of a step.
class Steps {
  public:
    Steps(const double* y, int64_t n) : n_(n) {
        const auto ends = std::minmax_element(y, y + n);
        const double least = *ends.first, range = *ends.second - least;
        int step = 2000;  // all samples are multiples of this power of two
        for (int64_t i = 0; i < n; ++i)
            if (y[i] != 0) step = std::min(step, lowest_bit(y[i]));
        fit_ = std::isfinite(range) && std::ldexp(range, -step) <= 0x1p53;
        for (int64_t i = 0; fit_ && i < n; ++i) steps_.push_back(int64_t(std::ldexp(y[i] - least, -step)));
    }

    bool fit() const { return fit_; }

    // Keys of samples that compare as slopes compare with the slope of a pair; returns whether they fit in 64 bits.
    bool keys_at(Pair pair, Ranking<int64_t>& ranking) const {
        const int64_t run = pair.second - pair.first, rise = steps_[pair.second] - steps_[pair.first];
        const double slope = double(rise) / double(run);
        double lowest = INFINITY, highest = -INFINITY;
        for (int64_t k = 0; k < n_; ++k) {
            const int64_t i = ranking.order[k];
            // Products may overflow where their difference does not: unsigned numbers wrap around to it.
            ranking.keys[k] = int64_t(uint64_t(run) * uint64_t(steps_[i]) - uint64_t(rise) * uint64_t(i));
            const double rest = std::fma(-slope, double(i), double(steps_[i]));
            lowest = std::min(lowest, rest);
            highest = std::max(highest, rest);
        }
        return (std::max(std::abs(lowest), std::abs(highest)) + 1) * double(run) < 0x1p61;
    }

  private:
    // The exponent of the lowest set bit.
    static int lowest_bit(double value) {
        int exponent;
        int64_t mantissa = int64_t(std::ldexp(std::frexp(value, &exponent), 53));
        for (exponent -= 53; mantissa % 2 == 0; mantissa /= 2) ++exponent;
        return exponent;
    }

    int64_t n_;
    bool fit_;
    std::vector<int64_t> steps_;
};

class TiedSlopes {
  public:
    TiedSlopes(const double* y, int64_t n) : y_(y), n_(n) {}

    // All slopes that may be the median lie between `low` and `high`.
    double median(double low, double high) {
        const Middle middle(pairs_of(n_));
        if (is_zero(middle)) return 0;
        double first, second;
        const Steps steps(y_, n_);
        if (steps.fit() && of_rank(steps, middle.first, first) && of_rank(steps, middle.second, second))
            return mean(first, second);
        // Beyond this many pairs, a walk takes seconds; then a result that is right except for its last digits is better.
        const bool rounding = high - low < 64 * std::numeric_limits<double>::epsilon() * std::abs(low);
        if (rounding && pairs_of(n_) > kMostWalked) return (low + high) / 2;
        // Samples that differ by more than all digits of a double, of which few have a say in the median.
        if (!rounding && pairs_of(n_) > kMostWalkedOthers) return of_sample();
        first = walk(middle.first);
        return middle.first == middle.second ? first : mean(first, walk(middle.second));
    }

  private:
    static constexpr int64_t kSample = 2048;
    static constexpr int64_t kMostWalked = int64_t(1) << 29, kMostWalkedOthers = int64_t(1) << 26;
    static constexpr int64_t kLargeSample = int64_t(1) << 21;

    bool is_zero(const Middle& middle) const {
        Ranking<double> ranking(n_);
        std::copy(y_, y_ + n_, ranking.keys.begin());
        Ranking<double> again = ranking;
        return ranking.sort(std::less<double>()) <= middle.first &&
               again.sort(std::less_equal<double>()) > middle.second;
    }

    // Finds the slope of a rank; each turn compares all candidates exactly with the slope of one pair.
    bool of_rank(const Steps& steps, int64_t rank, double& found) {
        Ranking<int64_t> low(n_);  // pairs that are too low have changed sides
        std::optional<Pair> high;  // all candidates are below
        int64_t inside = pairs_of(n_);
        while (inside > 8 * n_) {
            if (!bound(steps, high, low)) return false;
            auto pairs = inside == pairs_of(n_) ? draw_pairs(n_, kSample, dice_)
                                                : draw_pairs(low, inside, kSample, std::less<int64_t>(), dice_);
            const Pair pivot = at_place(pairs, double(rank) / double(inside));
            if (!steps.keys_at(pivot, low)) return false;
            Ranking<int64_t> up_to = low, below = low;
            const int64_t fewer = below.sort(std::less<int64_t>()), most = up_to.sort(std::less_equal<int64_t>());
            if (rank < fewer) {
                high = pivot;
                inside = fewer;
            } else if (rank >= most) {
                low = up_to;
                rank -= most, inside -= most;
            } else {
                found = slope_between(y_, pivot);
                return true;
            }
        }
        if (!bound(steps, high, low)) return false;
        auto slopes = slopes_inside(y_, low, inside, std::less<int64_t>());
        found = value_at(slopes, rank);
        return true;
    }

    // Sets keys at the upper bound, so that sorting finds the pairs in between; without a bound, all but the low ones.
    bool bound(const Steps& steps, const std::optional<Pair>& high, Ranking<int64_t>& ranking) const {
        if (high) return steps.keys_at(*high, ranking);
        for (int64_t k = 0; k < n_; ++k) ranking.keys[k] = -int64_t(ranking.order[k]);
        return true;
    }

    // The median slope of a random sample of pairs.
    double of_sample() {
        auto slopes = slopes_of(y_, draw_pairs(n_, kLargeSample, dice_));
        return value_at(slopes, int64_t(slopes.size()) / 2);
    }

    Pair at_place(std::vector<Pair>& pairs, double fraction) const {
        const int64_t last = int64_t(pairs.size()) - 1;
        const auto place = pairs.begin() + std::min(int64_t(fraction * double(pairs.size())), last);
        std::nth_element(pairs.begin(), place, pairs.end(),
                         [&](Pair a, Pair b) { return slope_between(y_, a) < slope_between(y_, b); });
        return *place;
    }

    // The slowest method: all slopes are computed several times, and only the few between two sampled slopes are kept.
    double walk(int64_t rank) {
        auto sample = slopes_of(y_, draw_pairs(n_, kSample, dice_));
        std::sort(sample.begin(), sample.end());
        sample.erase(std::unique(sample.begin(), sample.end()), sample.end());
        size_t from = 0, to = sample.size();  // remaining candidates
        int64_t below = 0;                    // slopes not above sample[from - 1]
        while (from < to) {
            const size_t middle = (from + to) / 2;
            int64_t counts[2] = {0, 0};
            for (int64_t lag = 1; lag < n_; ++lag) widest<count_slopes>(y_, n_ - lag, lag, sample[middle], counts);
            if (rank < counts[0]) to = middle;
            else if (rank < counts[0] + counts[1]) return sample[middle];
            else from = middle + 1, below = counts[0] + counts[1];
        }
        const bool first = from == 0, last = from == sample.size();
        std::vector<double> between;
        for (int64_t lag = 1; lag < n_; ++lag)
            for (int64_t i = 0; i + lag < n_; ++i) {
                const double slope = (y_[i + lag] - y_[i]) / double(lag);
                if ((first || slope > sample[from - 1]) && (last || slope < sample[from])) between.push_back(slope);
            }
        return value_at(between, rank - below);
    }

    OPTIMAP_INLINE static void count_slopes(const double* y, int64_t pairs, int64_t lag, double value, int64_t* counts) {
        const double run = double(lag);
        int64_t fewer = 0, equal = 0;
        for (int64_t i = 0; i < pairs; ++i) {
            const double slope = (y[i + lag] - y[i]) / run;
            fewer += slope < value;
            equal += slope == value;
        }
        counts[0] += fewer;
        counts[1] += equal;
    }

    const double* y_;
    int64_t n_;
    Dice dice_;
};

}  // namespace optimap
