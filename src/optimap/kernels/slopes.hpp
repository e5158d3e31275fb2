// median_slope: the Theil-Sen slope of a series, the median of the slopes between all pairs of its samples, exactly.
//
// There are n * (n - 1) / 2 pairs, too many to compute. The pair i < j is less steep than t where
// y[j] - t * j < y[i] - t * i, so sorting these keys counts the pairs below t in n log n steps (Dillencourt, Mount and
// Netanyahu 1992; Matousek 1991). A random sample of pairs suggests two numbers that the median lies between, counting
// proves it, and the pairs in between are sampled again, until they are few enough to compute all of them.
//
// The result is, bit for bit, that of computing all slopes in double precision: keys separate the pairs only at numbers
// that are too far from the median for rounding to matter.

#pragma once

#include "tied_slopes.hpp"

namespace optimap {

class MedianSlope {
  public:
    MedianSlope(const double* y, int64_t n) : y_(y), n_(n), middle_(pairs_of(n)), rests_(n) {}

    double find() {
        const auto is_finite = [](double value) { return std::isfinite(value); };
        if (n_ < 2 || !std::all_of(y_, y_ + n_, is_finite)) return std::numeric_limits<double>::quiet_NaN();
        if (pairs_of(n_) <= kFew) return median_of_all();
        for (double deviations = 2.5;; deviations *= 2) {  // a sample is rarely off by more standard deviations
            const Outcome outcome = narrow(deviations);
            if (outcome == Outcome::found) return median_;
            if (outcome == Outcome::tied) return TiedSlopes(y_, n_).median(low_.slope, high_.slope);
        }
    }

  private:
    enum class Outcome { found, misled, tied };

    // A slope, and a number beyond it at which pairs are separated.
    struct End {
        double slope, edge;
    };

    static constexpr int64_t kFew = 4096;   // up to this many pairs, all are computed at once
    static constexpr int64_t kEnough = 16;  // up to this many pairs for each sample, all are computed

    double median_of_all() const {
        std::vector<double> slopes;
        slopes.reserve(pairs_of(n_));
        for (int32_t i = 0; i < n_; ++i)
            for (int32_t j = i + 1; j < n_; ++j) slopes.push_back(slope_between(y_, {i, j}));
        const auto [first, second] = values_at(slopes, middle_.first, middle_.second);
        return mean(first, second);
    }

    Outcome narrow(double deviations) {
        Ranking<double> ranking(n_);  // pairs that are too low have changed sides
        low_ = {-INFINITY, -INFINITY}, high_ = {INFINITY, INFINITY};
        int64_t below = 0, inside = pairs_of(n_);
        set_keys(ranking, high_.edge);
        while (inside > kEnough * n_) {
            const int64_t before = inside;
            const End low = low_;
            if (!move_ends(ranking, below, inside, deviations)) return Outcome::tied;
            if (low_.edge > low.edge) {
                set_keys(ranking, low_.edge);
                below += ranking.sort(std::less<double>());
            }
            set_keys(ranking, high_.edge);
            inside = Ranking<double>(ranking).sort(std::less<double>());
            if (middle_.first < below || middle_.second >= below + inside) return Outcome::misled;
            if (inside > before / 2) return Outcome::tied;
        }
        auto slopes = slopes_inside(y_, ranking, inside, std::less<double>());
        const auto [first, second] = values_at(slopes, middle_.first - below, middle_.second - below);
        median_ = mean(first, second);
        // Near an edge, a pair may have been counted on the wrong side.
        return low_.slope <= first && second <= high_.slope ? Outcome::found : Outcome::misled;
    }

    // Moves both ends towards the median, as far as a sample of the pairs between them allows.
    bool move_ends(const Ranking<double>& ranking, int64_t below, int64_t inside, double deviations) {
        const int64_t wanted = std::clamp<int64_t>(n_, 1024, 65536);
        auto slopes = slopes_of(y_, inside == pairs_of(n_)
                                        ? draw_pairs(n_, wanted, dice_)
                                        : draw_pairs(ranking, inside, wanted, std::less<double>(), dice_));
        const double count = double(slopes.size()), reach = deviations * std::sqrt(count) / 2;
        const double first = double(middle_.first - below) / double(inside) * count - reach;
        const double last = double(middle_.second - below) / double(inside) * count + reach;
        const int64_t place = first >= 0 ? int64_t(first) : 0;
        if (first >= 0) {
            const double slope = value_at(slopes, place), margin = margin_at(slope);
            if (!std::isfinite(margin)) return false;
            // Ends closer together than the rounding error would assign pairs to different sides.
            if (slope - 2 * margin > low_.edge) low_ = {slope, slope - margin};
        }
        if (last < count - 1) {
            const double slope = value_at(slopes, int64_t(last) + 1, place), margin = margin_at(slope);
            if (!std::isfinite(margin)) return false;
            if (slope + 2 * margin < high_.edge) high_ = {slope, slope + margin};
        }
        return true;
    }

    // Four times the largest error that rounding causes in a comparison at a slope: of keys, and of the quotient.
    double margin_at(double slope) {
        using Limits = std::numeric_limits<double>;
        widest<rests_at>(slope, y_, n_, rests_.data());
        double largest = 0;
        for (double rest : rests_) largest = std::max(largest, std::abs(rest));
        return 4 * (Limits::epsilon() * (largest + std::abs(slope)) + Limits::min());
    }

    void set_keys(Ranking<double>& ranking, double edge) {
        if (std::isinf(edge)) {  // only the order of the samples matters
            for (int64_t i = 0; i < n_; ++i) rests_[i] = edge > 0 ? -double(i) : double(i);
        } else {
            widest<rests_at>(edge, y_, n_, rests_.data());
        }
        for (int64_t k = 0; k < n_; ++k) ranking.keys[k] = rests_[ranking.order[k]];
    }

    // The samples minus a line. A fused product is rounded once, which keeps all digits for a series close to a line.
    OPTIMAP_INLINE static void rests_at(double slope, const double* y, int64_t n, double* rests) {
        for (int64_t i = 0; i < n; ++i) rests[i] = std::fma(-slope, double(i), y[i]);
    }

    const double* y_;
    int64_t n_;
    Middle middle_;
    End low_{}, high_{};
    double median_ = 0;
    std::vector<double> rests_;
    Dice dice_;
};

// For each of `count` series of `samples`: the median slope between its samples [starts, stops).
inline void median_slopes(const double* series, int64_t samples, const int64_t* starts, const int64_t* stops,
                          int64_t count, double* out, int threads) {
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i)
            out[i] = MedianSlope(series + i * samples + starts[i], stops[i] - starts[i]).find();
    });
}

// Pairs with a lower later sample, and pairs of equal samples: each in n log n steps.
inline void falling_pairs(const double* series, int64_t samples, const int64_t* starts, const int64_t* stops,
                          int64_t count, int64_t* falling, int64_t* level, int threads) {
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        for (int64_t i = from; i < to; ++i) {
            Ranking<double> ranking(stops[i] - starts[i]);
            const double* y = series + i * samples;
            std::copy(y + starts[i], y + stops[i], ranking.keys.begin());
            Ranking<double> again = ranking;
            falling[i] = ranking.sort(std::less<double>());
            level[i] = again.sort(std::less_equal<double>()) - falling[i];
        }
    });
}

}  // namespace optimap
