// noise_like: whether upstrokes may be those of noise that is not white. _numpy_noise_like.py explains it.

#pragma once

#include "filters.hpp"

namespace optimap {

constexpr int64_t kJudged = 100;       // samples: shorter series do not show what noise they have
constexpr size_t kSeveral = 4;         // beats, of which it can be said that they are regular
constexpr double kEvenTimes = 0.15;    // of the mean interval is the standard deviation of regular intervals, at most
constexpr double kEvenSlopes = 0.25;   // of the mean slope that of their slopes
constexpr size_t kMany = 8;            // beats, of which some may be missing, or which are alike
constexpr double kEvenMultiples = 0.12;  // of the usual interval: how far (RMS) intervals are from its multiples
constexpr double kAlike = 0.12;        // of the mean slope is the standard deviation of those that are, if also
constexpr double kAlikeClear = 7;      // times the white noise: what barely exceeds a threshold is alike, too
constexpr size_t kRhythmFrom[] = {12, 18};       // beats and more, which are fairly regular if also
constexpr double kFairlyEven[] = {0.3, 0.37};    // of the mean interval is the standard deviation of intervals, and
constexpr double kFairlySteep = 0.4;             // of the mean slope that of slopes
constexpr double kWavesSteep = 0.35;  // of the mean slope is the standard deviation of those of waves without rest, if also
constexpr double kWaves = 0.18;        // of the variance of means over a quarter of an interval is that over a whole one
constexpr double kOutstanding = 4.5;   // times the spread of all slopes: an upstroke, whatever the noise
constexpr double kLeast = 1.5;         // times the white noise is that spread, at least: of few counts, most slopes are 0
constexpr double kClear = 9;           // times the white noise, if also
constexpr double kClearSpread = 3;     // times the spread of all slopes, or of few beats
constexpr double kClearFew = 1.8;      // times
constexpr double kFree = 100;          // times the white noise: there is none to speak of, or
constexpr int64_t kSmoothed = 3;       // samples apart, noise that was smoothed is as large as if it were white
constexpr double kSharp = 13;          // times at the finest scale, at which other noise has few slopes
constexpr double kDirected = 3.5;      // standard deviations of white noise: the skewness of slopes
constexpr double kSkewSigmas[] = {2, 3};  // frames: the scales of these slopes
constexpr size_t kAlignedFrom[] = {4, 6, 12};            // beats and more, of which
constexpr double kAligned[] = {0.05, 0.1, 0.15};         // of the window of an upstroke, or
constexpr double kAlignedFrames = 2;   // frames: how far from the others the same beat of a pixel may be
constexpr double kMostAligned = 0.75;  // of the beats

// The noise of a series whose white noise is known: few counts, and what was smoothed, have more.
inline double rough_noise_of(const double* row, int64_t samples, double noise) {
    return std::max({noise, sparse_noise_of(row, samples), noise_of(row, samples, kSmoothed)});
}

// The share that holds for so many beats; 0 for fewer than the first number.
template <size_t n>
double share_for(size_t count, const size_t (&from)[n], const double (&shares)[n]) {
    double share = 0;
    for (size_t i = 0; i < n; ++i)
        if (count >= from[i]) share = shares[i];
    return share;
}

// The median of the large ones; one that is larger than all others may be an artefact.
inline double usual_of(std::vector<double> slopes) {
    std::vector<double> large;
    std::sort(slopes.begin(), slopes.end());
    const double reference = slopes[slopes.size() > 2 ? slopes.size() - 2 : slopes.size() - 1];
    for (double slope : slopes)
        if (slope >= 0.5 * reference) large.push_back(slope);
    return median_of(large);
}

// The standard deviation of values, divided by their mean.
inline double variation(const std::vector<double>& values) {
    double sum = 0, squares = 0;
    for (double value : values) sum += value;
    const double mean = sum / double(values.size());
    for (double value : values) squares += (value / mean - 1) * (value / mean - 1);
    return std::sqrt(squares / double(values.size()));
}

// How far intervals are from multiples of the usual one, as a share of it.
inline double off_multiples(const std::vector<double>& steps) {
    std::vector<double> sorted = steps;
    const double usual = median_of(sorted);
    double squares = 0;
    for (double step : steps) {
        const double off = step / std::max(1.0, std::floor(step / usual + 0.5)) / usual - 1;
        squares += off * off;
    }
    return std::sqrt(squares / double(steps.size()));
}

inline bool are_regular(const std::vector<double>& times, const std::vector<double>& slopes) {
    if (times.size() < kSeveral) return false;
    std::vector<double> steps;
    for (size_t i = 1; i < times.size(); ++i) steps.push_back(times[i] - times[i - 1]);
    const bool even =
        variation(steps) < kEvenTimes || (times.size() >= kMany && off_multiples(steps) < kEvenMultiples);
    if (even && variation(slopes) < kEvenSlopes) return true;
    return variation(steps) < share_for(times.size(), kRhythmFrom, kFairlyEven) && variation(slopes) < kFairlySteep;
}

// Whether upstrokes are too many and too alike to be the largest of something random.
inline bool are_alike(const std::vector<double>& slopes, double white) {
    return slopes.size() >= kMany && usual_of(slopes) > kAlikeClear * white && variation(slopes) < kAlike;
}

// The variance of the running means of so many samples, in units of a slope squared.
inline double variance_of_means(const double* row, int64_t samples, int64_t length, double slope) {
    const double unit = 1 / (slope * double(length));  // the squares of huge numbers would overflow
    const int64_t count = samples - length + 1;
    double mean = 0, sum = 0, sums = 0, squares = 0;
    for (int64_t t = 0; t < samples; ++t) mean += row[t] / double(samples);
    for (int64_t t = 0; t < samples; ++t) {
        sum += row[t] - mean;
        if (t >= length) sum -= row[t - length] - mean;
        if (t + 1 < length) continue;
        sums += unit * sum;
        squares += unit * sum * (unit * sum);
    }
    return squares / double(count) - sums / double(count) * (sums / double(count));
}

// Whether upstrokes are those of waves without rest, as in fibrillation: over an interval, they cancel; noise does not.
inline bool are_waves(const std::vector<double>& times, const std::vector<double>& slopes, double white,
                      const double* row, int64_t samples) {
    if (times.size() < kMany || variation(slopes) >= kWavesSteep) return false;
    const double usual = usual_of(slopes), interval = (times.back() - times.front()) / double(times.size() - 1);
    if (usual <= kAlikeClear * white) return false;
    const auto spread = [&](double length) {
        return variance_of_means(row, samples, std::max<int64_t>(1, int64_t(length + 0.5)), usual);
    };
    return spread(interval) < kWaves * spread(interval / 4);
}

// Whether most shifts from where beats are expected are the same; widths are those of the windows of search.
inline bool are_aligned(std::vector<double> shifts, std::vector<double> widths) {
    if (shifts.size() < kSeveral) return false;
    const double share = share_for(shifts.size(), kAlignedFrom, kAligned);
    const double near = std::max(kAlignedFrames, share * median_of(widths)), middle = median_of(shifts);
    double count = 0;
    for (double shift : shifts) count += std::abs(shift - middle) <= near;
    return count >= kMostAligned * double(shifts.size());
}

// The slopes of a series at one scale, and whether they are skewed towards rises.
class Skewness {
  public:
    Skewness(double sigma, int64_t samples) : derivative_(gaussian(sigma, true)) {
        radius_ = int64_t(derivative_.half.size()) - 1;
        count_ = samples - 2 * radius_;
        const auto weight = [&](int64_t k) {
            return std::abs(k) > radius_ ? 0.0 : (k < 0 ? -1 : 1) * derivative_.half[std::abs(k)];
        };
        double sum = 0;
        for (int64_t lag = -2 * radius_; lag <= 2 * radius_; ++lag) {
            double product = 0;
            for (int64_t k = -radius_; k <= radius_; ++k) product += weight(k) * weight(k + lag);
            const double correlation = product / (derivative_.gain * derivative_.gain);
            sum += std::max(0.0, 1 - double(std::abs(lag)) / double(count_)) * correlation * correlation * correlation;
        }
        deviation_ = std::sqrt(6 * sum / double(count_));
    }

    // The third moment of the slopes, in standard deviations of what white noise gives. Of few counts, most slopes are 0.
    double of(const Padded& padded, double noise) {
        padded.filter(derivative_, slopes_);
        double* slopes = slopes_.data() + radius_;
        double sum = 0;
        for (int64_t i = 0; i < count_; ++i) sum += slopes[i];
        for (int64_t i = 0; i < count_; ++i) slopes[i] -= sum / double(count_);
        sizes_.assign(slopes, slopes + count_);
        const double middle = median_of(sizes_);
        for (int64_t i = 0; i < count_; ++i) sizes_[i] = std::abs(slopes[i] - middle);
        const double spread = std::max(1.4826 * median_of(sizes_), noise * derivative_.gain);
        if (!(spread > 0)) return HUGE_VAL;
        double cubes = 0;
        for (int64_t i = 0; i < count_; ++i) {
            const double size = slopes[i] / spread;
            cubes += size * size * size;
        }
        return cubes / (double(count_) * deviation_);
    }

  private:
    Filter derivative_;
    int64_t radius_ = 0, count_ = 0;
    double deviation_ = 0;
    std::vector<double> slopes_, sizes_;
};

class NoiseLike {
  public:
    explicit NoiseLike(int64_t samples) {
        for (double sigma : kSkewSigmas) skewness_.emplace_back(sigma, samples);
    }

    // Whether upstrokes do not differ from noise: their slopes are compared with all slopes at the same scale, and with
    // what the white noise of the series leaves in these. Those that are sharp are left to the caller.
    bool are(const std::vector<double>& upstrokes, const std::vector<double>& all, double noise, const Filter& slope,
             const Padded& padded) {
        const double usual = usual_of(upstrokes), white = noise * slope.gain;
        if (usual > kFree * white) return false;
        sizes_.resize(all.size());
        for (size_t i = 0; i < all.size(); ++i) sizes_[i] = std::abs(all[i]);
        const double spread = 1.4826 * median_of(sizes_);
        const auto quarter = sizes_.begin() + sizes_.size() / 4;  // between pulses that take most of the time
        std::nth_element(sizes_.begin(), quarter, sizes_.end());
        const double quiet = 3.1387 * *quarter;
        if (usual > kOutstanding * std::max(std::min(spread, quiet), kLeast * white)) return false;
        const double clear = upstrokes.size() < kSeveral ? kClearFew : kClearSpread;
        if (usual > kClear * white && usual > clear * spread) return false;
        for (Skewness& skewness : skewness_)
            if (skewness.of(padded, noise) >= kDirected) return false;
        return true;
    }

  private:
    std::vector<Skewness> skewness_;
    std::vector<double> sizes_;
};

}  // namespace optimap
