// What is measured of a beat, by which constants, and what is known of it meanwhile. _numpy_measure.py explains them.

#pragma once

#include "filters.hpp"

namespace optimap {

enum Column { kActivation, kBaseline, kPeak, kTimeToPeak, kAmplitude, kSnr, kRiseTime, kDvdt, kTau, kCycle, kLevels };
enum Reason : uint8_t {
    kMeasured, kHasNan, kNoUpstroke, kAtStart, kTooSmall, kAtNext, kAtEnd, kAtRest, kIsLast, kFew, kMisfit, kNoNoise
};

constexpr double kSignificant = 6;     // times the noise of the derivative: where it is searched for, noise has 5
constexpr double kWindow = 3;          // frames, the shortest window of the baseline, which has
constexpr double kWindowShare = 0.05;  // of a cycle
constexpr double kWider = 2;           // times sigma: the scale of activations in much noise
constexpr double kUnsure = 10;         // times the noise of the derivative: less steep upstrokes are timed towards that scale
constexpr double kNearer = 0.3;         // times the noise of the derivative, by which a maximum a frame away is steeper
constexpr double kGrowth = 20;         // times noise / amplitude: the window of the baseline is so much longer, up to
constexpr double kLongest = 2;         // times as long
constexpr double kCounts = 0.2;        // of the samples by which it grew, which may be part of a recovery, count
constexpr double kSmoother[] = {1.5, 2};  // times `smooth`: the scales of peaks in noise
constexpr double kFlat = 0.8;          // times the noise: a peak that is lower by less has lost nothing but noise
constexpr double kReach = 0.8;         // times the frames in which a fall exceeds the noise: half of a line through it, up to
constexpr int64_t kMost = 12;          // samples
constexpr double kBelow = 0.75;        // of the height of a level: the fall through it is over
constexpr int64_t kFewest = 5;         // samples of a decay

// A share, up to 1, in eighths: the noise is not known so exactly, and should change nothing where there is little.
inline double eighths(double share) { return std::floor(8 * std::clamp(share, 0.0, 1.0) + 0.5) / 8; }

struct BeatSettings {
    std::vector<double> levels;  // in percent
    double sigma, smooth, min_snr;
    bool by_threshold, from_level, is_linear, is_checked;
};

struct Beat {
    double activation = kNaN, slope = kNaN;
    int64_t onset = 0;
    double base = kNaN, middle = kNaN, drift = 0;
    int64_t first = 0, top = 0;
    double samples = 0;
    double peak = kNaN, amplitude = kNaN;
    int64_t end = 0;
    Reason ended = kAtEnd, reason = kMeasured;
    int64_t next = -1;  // the next beat with an activation
    double before = kNaN;  // the activation of the beat before

    // A sample above the baseline.
    double above(const double* row, int64_t k) const { return row[k] - base - drift * (double(k) - middle); }
};

}  // namespace optimap
