// measure_beats: what can be measured of each beat, and why the rest cannot. _numpy_measure.py explains the steps.

#pragma once

#include "beat_upstrokes.hpp"
#include "decay_rate.hpp"

namespace optimap {

class BeatMeasurer {
  public:
    BeatMeasurer(const BeatSettings& settings, int64_t samples)
        : settings_(settings), upstrokes_(settings, samples), smoother_(gaussian(settings.smooth, false)) {
        for (double factor : kSmoother) smoothers_.push_back(gaussian(factor * settings.smooth, false));
        smoothed_.resize(smoothers_.size());
        margin_ = std::max(upstrokes_.margin(), int64_t(smoothers_.back().half.size()));
    }

    void measure(const double* given, int64_t samples, int64_t count, const int64_t* lows, const int64_t* highs,
                 double* out, uint8_t* reasons) {
        const Padded padded(given, samples, margin_);
        row_ = padded.row();
        samples_ = samples;
        noise_ = noise_of(row_, samples);
        padded.filter(smoother_, smooth_);
        for (size_t i = 0; i < smoothers_.size(); ++i) padded.filter(smoothers_[i], smoothed_[i]);
        std::vector<Beat> beats = upstrokes_.find(padded, samples, noise_, lows, highs, count);
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
    // Finds the next of each beat; returns the window of the baseline.
    double link(std::vector<Beat>& beats) const {
        std::vector<double> cycles;
        int64_t before = -1;
        for (int64_t i = 0; i < int64_t(beats.size()); ++i) {
            if (beats[i].reason) continue;
            if (before >= 0) {
                beats[before].next = i;
                beats[i].before = beats[before].activation;
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
        // In noise, the activation may be before the onset, which is that of the steepest slope.
        const int64_t early = std::clamp<int64_t>(beat.onset - int64_t(window), 0, start);
        beat.base = *std::min_element(smooth_.begin() + early, smooth_.begin() + start + 1);
        bool is_lost = false;
        for (int turn = 0; turn < 4; ++turn) {
            is_lost = find_peak(beat, start, last);
            // Where the signal fell before the upstroke, the peak may be lower than what precedes it.
            const double length = std::max(0.0, (beat.peak - beat.base) / beat.slope);
            beat.first = int64_t(std::ceil(beat.activation - length - window));
            const int64_t stop = int64_t(std::floor(beat.activation - length)) + 1;
            if (beat.activation - length - window < 0 || stop <= beat.first) {
                beat.reason = kAtStart;
                return;
            }
            const int64_t begin = window_start(beat, length, window);
            beat.samples = double(stop - beat.first) + kCounts * double(beat.first - begin);
            beat.middle = 0.5 * double(begin + stop - 1);
            double sum = 0;
            for (int64_t k = begin; k < stop; ++k) sum += row_[k];
            beat.base = sum / double(stop - begin);
        }
        settle_peak(beat, start, last);
        if (!is_lost && beat.next < 0) beat.reason = kAtEnd;
        beat.amplitude = beat.peak - beat.base;
    }

    // Where the window of the baseline begins: earlier in noise, but not before the middle between two beats.
    int64_t window_start(const Beat& beat, double length, double window) const {
        const double height = beat.peak - beat.base;
        const double growth = height > 0 ? std::clamp(kGrowth * noise_ / height, 1.0, kLongest) : 1.0;
        double start = std::max(beat.activation - length - growth * window, 0.0);
        if (!std::isnan(beat.before)) start = std::max(start, 0.5 * (beat.before + beat.activation));
        return std::min(beat.first, int64_t(std::ceil(start)));
    }

    // Takes the peak of a smoother signal as long as it is hardly lower: the largest of many samples is too high.
    void settle_peak(Beat& beat, int64_t start, int64_t last) const {
        int64_t stop = beat.top;
        const double half = beat.peak - 0.5 * (beat.peak - beat.base);
        while (stop < last && smooth_[stop] >= half) ++stop;
        double gain = smoother_.gain;
        for (size_t i = 0; i < smoothers_.size(); ++i) {
            const auto first = smoothed_[i].begin() + start;
            const int64_t at = std::max_element(first, smoothed_[i].begin() + stop + 1) - smoothed_[i].begin();
            if (beat.peak - smoothed_[i][at] > kFlat * noise_ * gain) return;
            beat.peak = smoothed_[i][at];
            beat.top = at;
            gain = smoothers_[i].gain;
        }
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
        if (std::isnan(time)) return time;
        const int64_t at = int64_t(time), room = std::min(at + 1, beat.end - beat.top - at);
        if (room < 2) return double(beat.top) + time;
        const double steepness = beat.drift - upstrokes_.wide()[beat.top + at];
        const double length = steepness > 0 ? noise_ / steepness : noise_ > 0 ? double(kMost) : 0;  // of noise, in frames
        const int64_t reach = std::clamp(int64_t(std::min(kReach * length, double(kMost)) + 0.5), int64_t(2), room);
        const double crossing = line_crossing(beat, height, beat.top + at + 1, reach, reach > 2 ? 1 : eighths(length));
        return std::isnan(crossing) ? double(beat.top) + time : crossing;
    }

    // When the line through `reach` samples before a frame and as many from it on falls through a height, or NaN.
    double line_crossing(const Beat& beat, double height, int64_t frame, int64_t reach, double outer) const {
        double total = 0, level = 0, spread = 0, product = 0;
        for (int64_t k = -reach; k < reach; ++k) {
            const double weight = k == -reach || k == reach - 1 ? outer : 1, step = double(k) + 0.5;
            const double value = beat.above(row_, frame + k) - height;
            total += weight;
            level += weight * value;
            spread += weight * step * step;
            product += weight * step * value;
        }
        if (product >= 0) return kNaN;
        const double step = -level / total * spread / product;
        return double(frame) - 0.5 + std::clamp(step, 0.5 - double(reach), double(reach) - 0.5);
    }

    // When sign * (sample above the baseline) - height falls below 0 for good, in frames after `from`.
    double passed(const Beat& beat, double height, double sign, int64_t from, int64_t to) const {
        const auto value = [&](int64_t k) { return sign * beat.above(row_, k) - height; };
        double sum = 0, most = -std::numeric_limits<double>::infinity();
        int64_t at = from;
        for (int64_t k = from; k <= to; ++k) {
            sum += value(k);
            if (sum >= most && value(k) >= 0) {  // one that is below by a rounding error leaves the sum as it is
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
        const double unsure = 2 * noise_ / std::sqrt(beat.samples);
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
        // The fit compares squares, which would overflow, or vanish, for huge or tiny numbers.
        const double unit = std::ldexp(1.0, -std::max(-1000, std::ilogb(beat.amplitude)));
        std::vector<double> samples;
        for (int64_t k = first; k < stop; ++k) samples.push_back(unit * beat.above(row_, k));
        const double rate = fitted_rate(samples, 0.7 * unit * beat.amplitude, std::log(7.0) / (end - begin));
        put(values, why, kTau, 1 / rate, rate > 0 ? kMeasured : kMisfit);
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
    BeatUpstrokes upstrokes_;
    Filter smoother_;
    std::vector<Filter> smoothers_;
    std::vector<std::vector<double>> smoothed_;
    std::vector<double> smooth_;
    const double* row_ = nullptr;
    int64_t samples_ = 0, margin_ = 0;
    double noise_ = 0;
};

inline void measure_beats(const double* series, int64_t samples, int64_t count, const int64_t* first,
                          const int64_t* lows, const int64_t* highs, const BeatSettings& settings, double* out,
                          uint8_t* reasons, int threads) {
    const int64_t columns = kLevels + 2 * int64_t(settings.levels.size());
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        BeatMeasurer measurer(settings, samples);
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
