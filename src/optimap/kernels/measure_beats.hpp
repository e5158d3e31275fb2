// measure_beats: what can be measured of each beat, and why the rest cannot. _numpy_measure.py explains the steps.

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
constexpr double kBelow = 0.75;        // of the height of a level: the fall through it is over
constexpr int64_t kFewest = 5;         // samples of a decay

struct BeatSettings {
    std::vector<double> levels;  // in percent
    double sigma, smooth, min_snr;
    bool by_threshold, from_level, is_linear, is_checked;
};

struct Beat {
    double activation = kNaN, slope = kNaN;
    int64_t onset = 0;
    double base = kNaN, middle = kNaN, drift = 0;
    int64_t first = 0, samples = 0, top = 0;
    double peak = kNaN, amplitude = kNaN;
    int64_t end = 0;
    Reason ended = kAtEnd, reason = kMeasured;
    int64_t next = -1;  // the next beat with an activation

    // A sample above the baseline.
    double above(const double* row, int64_t k) const { return row[k] - base - drift * (double(k) - middle); }
};

class BeatMeasurer {
  public:
    explicit BeatMeasurer(const BeatSettings& settings) : settings_(settings) {
        derivative_ = gaussian(settings.sigma, true);
        smoother_ = gaussian(settings.smooth, false);
        if (settings.is_checked)
            for (double sigma : kScales) {
                scales_.push_back(gaussian(sigma, true));
                gains_.push_back(gains_near_ends(scales_.back()));
            }
        margin_ = int64_t(std::max({derivative_.half.size(), smoother_.half.size(), size_t(33)}));
    }

    void measure(const double* given, int64_t samples, int64_t count, const int64_t* lows, const int64_t* highs,
                 double* out, uint8_t* reasons) {
        const Padded padded(given, samples, margin_);
        row_ = padded.row();
        samples_ = samples;
        noise_ = noise_of(row_, samples);
        padded.filter(derivative_, slopes_);
        padded.filter(smoother_, smooth_);
        filtered_ = 0;
        std::vector<Beat> beats;
        for (int64_t i = 0; i < count; ++i) beats.push_back(upstroke(padded, lows[i], highs[i]));
        const double window = link(beats);
        for (Beat& beat : beats)
            if (!beat.reason) rest(beat, beats, window);
        if (settings_.is_linear)
            for (Beat& beat : beats)
                if (!beat.reason) tilt(beat, beats);
        for (Beat& beat : beats)
            if (!beat.reason) fall_range(beat);
        const int64_t columns = kLevels + 2 * int64_t(settings_.levels.size());
        for (int64_t i = 0; i < count; ++i) {
            double* values = out + i * columns;
            fill(beats[i], values, reasons + i * columns);
            values[kBaseline] += given[0];
            values[kPeak] += given[0];
        }
        intervals(out, reasons, count, columns);
    }

  private:
    Beat upstroke(const Padded& padded, int64_t low, int64_t high) {
        Beat beat;
        beat.reason = kNoUpstroke;
        const int64_t edge = int64_t(2 * settings_.sigma);
        low = std::max({low, edge, int64_t(1)});
        high = std::min({high, samples_ - edge, samples_ - 1});
        int64_t at = -1;
        for (int64_t k = low; k < high; ++k)
            if (slopes_[k] >= slopes_[k - 1] && slopes_[k] >= slopes_[k + 1] && slopes_[k] > 0 &&
                (at < 0 || slopes_[k] > slopes_[at]))
                at = k;
        if (at < 0 || !is_significant(padded, low, high)) return beat;
        const double before = slopes_[at - 1], middle = slopes_[at], after = slopes_[at + 1];
        const double bend = before - 2 * middle + after;
        const double shift = bend < 0 ? (before - after) / (2 * bend) : 0.0;
        beat.onset = at;
        while (beat.onset > 0 && slopes_[beat.onset] > kSteep * middle) --beat.onset;
        beat.activation = double(at) + shift;
        beat.slope = middle - shift * (before - after) / 4;
        beat.reason = kMeasured;
        return beat;
    }

    // Most upstrokes are significant at the first scale, so the series is filtered at others only when they are needed.
    bool is_significant(const Padded& padded, int64_t low, int64_t high) {
        if (!settings_.is_checked) return true;
        const double least = kRounding * largest(row_, samples_);
        checked_.resize(scales_.size());
        for (size_t i = 0; i < scales_.size(); ++i) {
            if (i == filtered_) {
                if (kScales[i] == settings_.sigma) checked_[i] = slopes_;
                else padded.filter(scales_[i], checked_[i]);
                ++filtered_;
            }
            const int64_t radius = int64_t(gains_[i].size()) - 1;
            for (int64_t k = low; k < high; ++k) {
                const int64_t distance = std::min({k, samples_ - 1 - k, radius});
                if (checked_[i][k] > std::max(kSignificant * noise_ * gains_[i][distance], least)) return true;
            }
        }
        return false;
    }

    // Finds the next of each beat; returns the window of the baseline.
    double link(std::vector<Beat>& beats) const {
        std::vector<double> cycles;
        int64_t before = -1;
        for (int64_t i = 0; i < int64_t(beats.size()); ++i) {
            if (beats[i].reason) continue;
            if (before >= 0) {
                beats[before].next = i;
                cycles.push_back(beats[i].activation - beats[before].activation);
            }
            before = i;
        }
        return cycles.empty() ? kWindow : std::max(kWindow, kWindowShare * median_of(cycles));
    }

    void rest(Beat& beat, const std::vector<Beat>& beats, double window) const {
        const int64_t start = int64_t(std::ceil(beat.activation));
        const int64_t last = std::max(beat.next >= 0 ? beats[beat.next].onset : samples_ - 1,
                                      int64_t(beat.activation) + 1);
        beat.end = last;
        beat.ended = beat.next >= 0 ? kAtNext : kAtEnd;
        beat.base = *std::min_element(smooth_.begin() + std::max<int64_t>(0, beat.onset - int64_t(window)),
                                      smooth_.begin() + start + 1);
        bool is_lost = false;
        for (int turn = 0; turn < 4; ++turn) {
            is_lost = find_peak(beat, start, last);
            const double length = (beat.peak - beat.base) / beat.slope;
            beat.first = int64_t(std::ceil(beat.activation - length - window));
            const int64_t stop = int64_t(std::floor(beat.activation - length)) + 1;
            beat.middle = beat.activation - length - window / 2;
            if (beat.activation - length - window < 0 || stop <= beat.first) {
                beat.reason = kAtStart;
                return;
            }
            beat.samples = stop - beat.first;
            double sum = 0;
            for (int64_t k = beat.first; k < stop; ++k) sum += row_[k];
            beat.base = sum / double(beat.samples);
        }
        if (!is_lost && beat.next < 0) beat.reason = kAtEnd;
        beat.amplitude = beat.peak - beat.base;
    }

    bool find_peak(Beat& beat, int64_t start, int64_t last) const {
        beat.top = start;
        beat.peak = smooth_[start];
        for (int64_t k = start; k <= last; ++k) {
            if (smooth_[k] > beat.peak) {
                beat.top = k;
                beat.peak = smooth_[k];
            } else if (smooth_[k] < beat.peak - 0.5 * (beat.peak - beat.base)) {
                return true;
            }
        }
        return false;
    }

    static void tilt(Beat& beat, const std::vector<Beat>& beats) {
        if (beat.next < 0) {
            beat.reason = kIsLast;
            return;
        }
        const Beat& next = beats[beat.next];
        if (next.samples == 0 || std::isnan(next.base)) {
            beat.reason = next.reason;
            return;
        }
        beat.drift = (next.base - beat.base) / (next.middle - beat.middle);
        beat.amplitude = beat.peak - beat.base - beat.drift * (double(beat.top) - beat.middle);
    }

    void fall_range(Beat& beat) const {
        if (!(beat.amplitude > settings_.min_snr * noise_)) {
            beat.reason = kTooSmall;
            return;
        }
        double lowest = beat.peak;
        int64_t at = beat.top;
        for (int64_t k = beat.top; k <= beat.end; ++k) {
            const double value = smooth_[k] - beat.drift * double(k - beat.top);
            if (value < lowest) {
                lowest = value;
                at = k;
            } else if (lowest < beat.peak - 0.5 * beat.amplitude && value >= lowest + 0.5 * beat.amplitude) {
                beat.end = at;
                beat.ended = kAtNext;
                return;
            }
        }
    }

    double up_crossing(const Beat& beat, double height) const {
        return double(beat.first) + passed(beat, -height, -1, beat.first, beat.top);
    }

    double down_crossing(const Beat& beat, double height) const {
        // The search ends where the signal is well below, so that a baseline that noise has lowered cannot prolong it.
        int64_t last = beat.end;
        for (int64_t k = beat.top; k < last; ++k)
            if (beat.above(smooth_.data(), k) <= kBelow * height) last = std::min(beat.end, k + 1);
        const double time = passed(beat, height, 1, beat.top, last);
        const int64_t count = beat.end - beat.top + 1;
        if (std::isnan(time) || int64_t(time) < 1 || int64_t(time) >= count - 2) return double(beat.top) + time;
        const int64_t start = int64_t(time) - 1;
        const auto value = [&](int64_t k) { return beat.above(row_, beat.top + start + k) - height; };
        const double a = value(0), b = value(1), c = value(2), d = value(3), slope = (3 * (d - a) + (c - b)) / 10;
        if (slope >= 0) return double(beat.top) + time;
        const double crossing = double(start) + 1.5 - (a + b + c + d) / 4 / slope;
        return double(beat.top) + std::clamp(crossing, double(start), double(start) + 3);
    }

    // When sign * (sample above the baseline) - height falls below 0 for good, in frames after `from`.
    double passed(const Beat& beat, double height, double sign, int64_t from, int64_t to) const {
        const auto value = [&](int64_t k) { return sign * beat.above(row_, k) - height; };
        double sum = 0, most = -std::numeric_limits<double>::infinity();
        int64_t at = from;
        for (int64_t k = from; k <= to; ++k) {
            sum += value(k);
            if (sum >= most) {
                most = sum;
                at = k;
            }
        }
        if (at >= to || value(at) < 0) return kNaN;
        return double(at - from) + value(at) / (value(at) - value(at + 1));
    }

    void fill(const Beat& beat, double* values, uint8_t* why) const {
        const int64_t levels = int64_t(settings_.levels.size()), columns = kLevels + 2 * levels;
        std::fill(values, values + columns, kNaN);
        std::fill(why, why + columns, beat.reason);
        if (std::isnan(beat.activation)) return;
        double activation = beat.activation;
        uint8_t lost = beat.reason;
        if (settings_.by_threshold && (beat.reason == kMeasured || beat.reason == kTooSmall)) {
            activation = up_crossing(beat, 0.5 * beat.amplitude);
            lost = std::isnan(activation) ? kNoUpstroke : kMeasured;
        } else if (!settings_.by_threshold) {
            lost = kMeasured;
        }
        put(values, why, kActivation, activation, lost);
        if (beat.reason) return;
        std::fill(why + kActivation + 1, why + columns, uint8_t(kMeasured));
        values[kBaseline] = beat.base;
        values[kPeak] = beat.peak;
        values[kAmplitude] = beat.amplitude;
        values[kDvdt] = beat.slope / beat.amplitude;
        put(values, why, kSnr, beat.amplitude / noise_, noise_ > 0 ? kMeasured : kNoNoise);
        put(values, why, kTimeToPeak, double(beat.top) - activation, lost);
        const double unsure = 2 * noise_ / std::sqrt(double(beat.samples));
        const double rise = up_crossing(beat, 0.9 * beat.amplitude) - up_crossing(beat, 0.1 * beat.amplitude);
        put(values, why, kRiseTime, rise, 0.1 * beat.amplitude < unsure || std::isnan(rise) ? kAtRest : kMeasured);
        for (int64_t i = 0; i < levels; ++i) {
            const double height = (1 - settings_.levels[i] / 100) * beat.amplitude;
            const double start = settings_.from_level ? up_crossing(beat, height) : lost ? kNaN : activation;
            const double down = down_crossing(beat, height);
            uint8_t reason = height < unsure ? kAtRest : std::isnan(down) ? beat.ended : kMeasured;
            put(values, why, kLevels + levels + i, down, reason);
            if (!reason && std::isnan(start)) reason = kAtRest;
            put(values, why, kLevels + i, down - start, reason);
        }
        decay(beat, values, why);
    }

    static void put(double* values, uint8_t* why, int64_t column, double value, uint8_t reason) {
        values[column] = reason ? kNaN : value;
        why[column] = reason;
    }

    void decay(const Beat& beat, double* values, uint8_t* why) const {
        const double begin = down_crossing(beat, (1 - 0.3) * beat.amplitude);
        const double end = down_crossing(beat, (1 - 0.9) * beat.amplitude);
        if (std::isnan(begin) || std::isnan(end)) return put(values, why, kTau, kNaN, beat.ended);
        const int64_t first = int64_t(std::ceil(begin)), stop = int64_t(std::floor(end)) + 1;
        if (stop - first < kFewest) return put(values, why, kTau, kNaN, kFew);
        std::vector<double> samples;
        for (int64_t k = first; k < stop; ++k) samples.push_back(beat.above(row_, k));
        const double rate = fitted_rate(samples, 0.7 * beat.amplitude, std::log(7.0) / (end - begin));
        put(values, why, kTau, 1 / rate, rate > 0 ? kMeasured : kMisfit);
    }

    // The rate of the decay height exp(-rate t) in least squares (Gauss-Newton), 0 if there is none.
    static double fitted_rate(const std::vector<double>& samples, double height, double rate) {
        const auto left = [&](double height, double rate) {
            const double ratio = std::exp(-rate);  // powers of it, as the exponential function takes most of the time
            double sum = 0, value = height;
            for (double sample : samples) {
                const double rest = sample - value;
                sum += rest * rest;
                value *= ratio;
            }
            return sum;
        };
        double error = left(height, rate);
        for (int turn = 0; turn < 50; ++turn) {
            const double ratio = std::exp(-rate);
            double a = 0, b = 0, c = 0, u = 0, v = 0, shape = 1;
            for (size_t t = 0; t < samples.size(); ++t, shape *= ratio) {
                const double slope = -height * double(t) * shape;
                const double rest = samples[t] - height * shape;
                a += shape * shape;
                b += shape * slope;
                c += slope * slope;
                u += shape * rest;
                v += slope * rest;
            }
            const double determinant = a * c - b * b;
            if (!(determinant > 0)) return 0;
            const double dheight = (c * u - b * v) / determinant, drate = (a * v - b * u) / determinant;
            double share = 1;
            while (share > 1e-4 &&
                   (rate + share * drate <= 0 || left(height + share * dheight, rate + share * drate) > error))
                share /= 2;
            if (share <= 1e-4) break;
            height += share * dheight;
            rate += share * drate;
            error = left(height, rate);
            if (std::abs(share * drate) <= 1e-10 * rate) break;
        }
        double mean = 0, spread = 0;
        for (double sample : samples) mean += sample / double(samples.size());
        for (double sample : samples) spread += (sample - mean) * (sample - mean);
        return spread > 0 && 1 - error / spread >= 0.5 ? rate : 0;
    }

    // Writes what depends on the next beat; the diastolic intervals hold the times of the falls so far.
    void intervals(double* out, uint8_t* reasons, int64_t count, int64_t columns) const {
        for (int64_t i = 0; i < count; ++i) {
            double* values = out + i * columns;
            uint8_t* why = reasons + i * columns;
            const bool is_last = i + 1 == count;
            const double next = is_last ? kNaN : values[columns + kActivation];
            const uint8_t lost = is_last ? uint8_t(kIsLast) : why[columns + kActivation];
            put(values, why, kCycle, next - values[kActivation], why[kActivation] ? why[kActivation] : lost);
            for (int64_t k = kLevels + int64_t(settings_.levels.size()); k < columns; ++k)
                put(values, why, k, next - values[k], why[k] ? why[k] : lost);
        }
    }

    const BeatSettings& settings_;
    Filter derivative_, smoother_;
    std::vector<Filter> scales_;
    std::vector<std::vector<double>> gains_;  // of each scale near the ends
    std::vector<std::vector<double>> checked_;
    std::vector<double> slopes_, smooth_;
    size_t filtered_ = 0;  // at how many scales the series has been filtered
    const double* row_ = nullptr;
    int64_t samples_ = 0, margin_ = 0;
    double noise_ = 0;
};

inline void measure_beats(const double* series, int64_t samples, int64_t count, const int64_t* first,
                          const int64_t* lows, const int64_t* highs, const BeatSettings& settings, double* out,
                          uint8_t* reasons, int threads) {
    const int64_t columns = kLevels + 2 * int64_t(settings.levels.size());
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        BeatMeasurer measurer(settings);
        for (int64_t m = from; m < to; ++m) {
            const int64_t start = first[m], beats = first[m + 1] - start;
            if (beats == 0) continue;
            double* values = out + start * columns;
            uint8_t* why = reasons + start * columns;
            if (all_finite(series + m * samples, samples)) {
                measurer.measure(series + m * samples, samples, beats, lows + start, highs + start, values, why);
            } else {
                std::fill(values, values + beats * columns, kNaN);
                std::fill(why, why + beats * columns, uint8_t(kHasNan));
            }
        }
    });
}

}  // namespace optimap
