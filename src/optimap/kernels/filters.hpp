// What finding and measuring beats share: Gaussian filters, their noise, and the white noise of a series.

#pragma once

#include <cmath>
#include <limits>

#include "common.hpp"

namespace optimap {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kScales[] = {2, 3, 4, 6, 8};  // frames
constexpr double kSteep = 0.1;      // of its steepest slope: a rise begins and ends where the signal rises less
constexpr double kOrdinary = 0.99;  // of the second differences: the others may be those of upstrokes and artefacts
constexpr double kSpike = 6;        // times the white noise: a single sample beyond its neighbours is an artefact, or a count
constexpr double kRounding = 1e-12; // of the largest sample: slopes below are rounding errors

// A filter with an odd number of weights, either symmetric or antisymmetric; only one half is kept.
struct Filter {
    std::vector<double> half;  // the weights of the steps 0, 1, ..., radius
    bool odd;
    double gain;  // the standard deviation of white noise of 1 after the filter
};

inline Filter gaussian(double sigma, bool slope) {
    const int64_t radius = int64_t(4 * sigma + 0.5);
    Filter filter{std::vector<double>(radius + 1), slope, 0};
    double sum = 0, moment = 0;
    for (int64_t k = 0; k <= radius; ++k) {
        const double weight = std::exp(-0.5 * (double(k) / sigma) * (double(k) / sigma));
        filter.half[k] = weight;
        sum += (k ? 2 : 1) * weight;
        moment += 2 * double(k) * double(k) * weight;
    }
    double squares = 0;
    for (int64_t k = 0; k <= radius; ++k) {
        filter.half[k] = slope ? filter.half[k] * double(k) / moment : filter.half[k] / sum;
        squares += (k ? 2 : 1) * filter.half[k] * filter.half[k];
    }
    filter.gain = std::sqrt(squares);
    return filter;
}

// The standard deviation of white noise of 1 after an antisymmetric filter, a number of samples from an end: the end
// sample, which continues the series, has all the weights beyond it.
inline std::vector<double> gains_near_ends(const Filter& filter) {
    const int64_t radius = int64_t(filter.half.size()) - 1;
    std::vector<double> gains(radius + 1);
    for (int64_t distance = 0; distance <= radius; ++distance) {
        double squares = 0, beyond = 0;
        for (int64_t k = 1; k <= radius; ++k) {
            squares += filter.half[k] * filter.half[k] * (k < distance ? 2 : 1);
            if (k >= distance) beyond += filter.half[k];
        }
        gains[distance] = std::sqrt(squares + beyond * beyond);
    }
    return gains;
}

// Filters a series that continues at both ends, sixteen samples at a time: their sums stay in registers.
template <bool kOdd>
OPTIMAP_INLINE void filter_samples(const double* x, const double* half, int64_t radius, int64_t samples, double* out) {
    constexpr int64_t kAtOnce = 16;
    for (int64_t start = 0; start < samples; start += kAtOnce) {
        const int64_t i = std::max<int64_t>(0, std::min(start, samples - kAtOnce));  // the last ones overlap
        const int64_t count = std::min(kAtOnce, samples);
        double sums[kAtOnce];
        if (count == kAtOnce) {
            for (int64_t j = 0; j < kAtOnce; ++j) sums[j] = half[0] * x[i + j];
            for (int64_t k = 1; k <= radius; ++k)
                for (int64_t j = 0; j < kAtOnce; ++j)
                    sums[j] += half[k] * (kOdd ? x[i + j + k] - x[i + j - k] : x[i + j + k] + x[i + j - k]);
        } else {
            for (int64_t j = 0; j < count; ++j) {
                sums[j] = half[0] * x[i + j];
                for (int64_t k = 1; k <= radius; ++k)
                    sums[j] += half[k] * (kOdd ? x[i + j + k] - x[i + j - k] : x[i + j + k] + x[i + j - k]);
            }
        }
        std::copy(sums, sums + count, out + i);
    }
}

inline void filter_odd(const double* x, const double* half, int64_t radius, int64_t samples, double* out) {
    widest<filter_samples<true>>(x, half, radius, samples, out);
}

inline void filter_even(const double* x, const double* half, int64_t radius, int64_t samples, double* out) {
    widest<filter_samples<false>>(x, half, radius, samples, out);
}

// Replaces single samples that lie beyond both of their neighbours by more than a limit by the nearer of these; says
// whether there are any. Only sharp corners of signals without noise are such, too.
OPTIMAP_INLINE bool without_spikes(const double* row, int64_t samples, double limit, double* out) {
    int64_t found = 0;
    for (int64_t i = 1; i + 1 < samples; ++i) {
        const double low = std::min(row[i - 1], row[i + 1]), high = std::max(row[i - 1], row[i + 1]);
        const double nearer = std::min(std::max(row[i], low), high);
        const bool is_spike = std::abs(row[i] - nearer) > limit;
        out[i] = is_spike ? nearer : row[i];
        found += is_spike;
    }
    if (samples > 0) out[0] = row[0], out[samples - 1] = row[samples - 1];
    return found > 0;
}

// A series whose ends are continued by its first and last sample, and filtered copies of it.
class Padded {
  public:
    Padded(const double* row, int64_t samples, int64_t margin) : samples_(samples), margin_(margin) {
        const double offset = row[0];
        values_.resize(samples + 2 * margin);
        for (int64_t i = 0; i < samples + 2 * margin; ++i)
            values_[i] = row[std::clamp<int64_t>(i - margin, 0, samples - 1)] - offset;
    }

    const double* row() const { return values_.data() + margin_; }

    void filter(const Filter& filter, std::vector<double>& out) const {
        out.resize(samples_);
        const int64_t radius = int64_t(filter.half.size()) - 1;
        (filter.odd ? filter_odd : filter_even)(row(), filter.half.data(), radius, samples_, out.data());
    }

  private:
    int64_t samples_, margin_;
    std::vector<double> values_;
};

inline bool all_finite(const double* row, int64_t samples) {
    for (int64_t i = 0; i < samples; ++i)
        if (!std::isfinite(row[i])) return false;
    return true;
}

inline double largest(const double* row, int64_t samples) {
    double most = 0;
    for (int64_t i = 0; i < samples; ++i) most = std::max(most, std::abs(row[i]));
    return most;
}

// The median of values, which are put in another order.
inline double median_of(std::vector<double>& values) {
    const size_t middle = values.size() / 2;
    std::nth_element(values.begin(), values.begin() + middle, values.end());
    const double upper = values[middle];
    if (values.size() % 2) return upper;
    return 0.5 * (*std::max_element(values.begin(), values.begin() + middle) + upper);
}

// The standard deviation of white noise, from second differences of samples that are `lag` apart.
inline double noise_of(const double* row, int64_t samples, int64_t lag = 1) {
    if (samples < 2 * lag + 1) return kNaN;
    std::vector<double> bends(samples - 2 * lag);
    for (int64_t i = 0; i + 2 * lag < samples; ++i) bends[i] = std::abs(row[i + 2 * lag] - 2 * row[i + lag] + row[i]);
    return 1.4826 * median_of(bends) / std::sqrt(6.0);
}

// The root mean square of sizes but the largest hundredth, which puts them in another order. Squares of huge or tiny
// numbers would overflow, or vanish.
inline double ordinary_size(std::vector<double>& sizes) {
    const int64_t kept = int64_t(kOrdinary * double(sizes.size()));
    if (kept == 0) return 0;
    std::nth_element(sizes.begin(), sizes.begin() + kept, sizes.end());
    const double most = sizes[kept];
    if (!(most > 0)) return 0;
    const double unit = std::ldexp(1.0, -std::max(-1000, std::ilogb(most)));
    double sum = 0;
    for (int64_t i = 0; i < kept; ++i) sum += (unit * sizes[i]) * (unit * sizes[i]);
    return std::sqrt(sum / double(kept)) / unit;
}

// The same from all second differences but the largest, which upstrokes and artefacts have: the noise of few counts, most
// of whose differences are 0.
inline double sparse_noise_of(const double* row, int64_t samples) {
    std::vector<double> bends(std::max<int64_t>(samples - 2, 0));
    for (int64_t i = 0; i + 2 < samples; ++i) bends[i] = std::abs(row[i + 2] - 2 * row[i + 1] + row[i]);
    return ordinary_size(bends) / std::sqrt(6.0);
}

}  // namespace optimap
