// find_beats: the beats of each series, as peaks of the derivative of a Gaussian. _numpy_beats.py explains the steps.

#pragma once

#include <optional>

#include "noise_like.hpp"

namespace optimap {

constexpr double kEdge = 1;         // scale: no beat is so close to an end
constexpr double kReturns = 0.5;    // of a rise must be lost again
constexpr double kFall = 0.2;       // of the smaller of two rises must be lost between them, and
constexpr double kFallNoise = 3;    // times the noise, else they are one
constexpr double kHeight = 1.4;     // times `min_snr` times the noise, at least, is the height of a rise
constexpr double kHorizon = 3;      // mean intervals within which a rise must return

struct Rise {
    int64_t frame;
    double slope;
    int64_t top;
    double height;
};

// A series at one scale.
struct AtScale {
    double sigma = 0, fall = 0;
    std::vector<double> smooth;
    std::vector<Rise> rises, returning;
};

class BeatFinder {
  public:
    BeatFinder(double min_snr, double min_amplitude, int64_t samples)
        : min_snr_(min_snr), min_amplitude_(min_amplitude), noise_like_(samples) {
        for (double sigma : kScales) {
            derivatives_.push_back(gaussian(sigma, true));
            smoothers_.push_back(gaussian(sigma, false));
        }
    }

    // Writes the slope of each beat to `slopes`, which are 0, and returns the scale that was chosen.
    double find(const double* row, int64_t samples, double* slopes) {
        const Padded given(row, samples, 32);
        const double white = noise_of(given.row(), samples);
        const double noise = std::max(white, sparse_noise_of(given.row(), samples));
        spared_.resize(samples);
        const bool has_spikes = widest<without_spikes>(given.row(), samples, kSpike * white, spared_.data());
        std::optional<Padded> spared;
        if (has_spikes) spared.emplace(spared_.data(), samples, 32);
        const Padded& padded = spared ? *spared : given;
        const double rounding = kRounding * largest(padded.row(), samples);
        AtScale chosen;
        double best = 0;
        for (size_t i = 0; i < derivatives_.size(); ++i) {
            if (samples <= 2 * int64_t(kEdge * kScales[i]) + 2) break;
            AtScale tried = at_scale(padded, samples, i, noise, rounding);
            double height = 0;
            for (const Rise& rise : tried.returning) height = std::max(height, rise.slope);
            height /= derivatives_[i].gain;
            if (height > best) {
                chosen = std::move(tried);
                best = height;
            }
        }
        std::vector<Rise> beats = large(merged(chosen));
        add_last(chosen, beats);
        if (!beats.empty() && are_noise(beats, padded, samples, chosen.sigma, noise)) beats.clear();
        for (const Rise& rise : beats) slopes[rise.frame] = rise.slope;
        return chosen.sigma;
    }

  private:
    bool are_noise(const std::vector<Rise>& beats, const Padded& padded, int64_t samples, double sigma, double noise) {
        if (samples < kJudged) return false;
        std::vector<double> times, slopes;
        for (const Rise& rise : beats) {
            times.push_back(double(rise.frame));
            slopes.push_back(rise.slope);
        }
        const size_t i = std::find(std::begin(kScales), std::end(kScales), sigma) - std::begin(kScales);
        if (are_regular(times, slopes) || are_alike(slopes, noise * derivatives_[i].gain)) return false;
        noise = rough_noise_of(padded.row(), samples, noise);
        padded.filter(derivatives_[0], slopes_);
        if (usual_of(nearby(times, sigma)) > kSharp * noise * derivatives_[0].gain) return false;
        padded.filter(derivatives_[i], slopes_);
        return noise_like_.are(slopes, slopes_, noise, derivatives_[i], padded) &&
               !are_waves(times, slopes, noise * derivatives_[i].gain, padded.row(), samples);
    }

    // The steepest slopes near some frames.
    std::vector<double> nearby(const std::vector<double>& frames, double sigma) const {
        std::vector<double> most;
        for (double frame : frames) {
            const auto low = slopes_.begin() + std::max<int64_t>(0, int64_t(frame - sigma));
            const auto high = slopes_.begin() + std::min<int64_t>(slopes_.size(), int64_t(frame + sigma) + 1);
            most.push_back(*std::max_element(low, high));
        }
        return most;
    }

    AtScale at_scale(const Padded& padded, int64_t samples, size_t i, double noise, double rounding) {
        AtScale at;
        at.sigma = kScales[i];
        padded.filter(derivatives_[i], slopes_);
        const double least = std::max(min_snr_ * noise * derivatives_[i].gain, rounding);
        const int64_t edge = int64_t(kEdge * at.sigma);
        std::vector<int64_t> peaks;
        for (int64_t k = edge; k < samples - edge; ++k)
            if (slopes_[k] > least && slopes_[k] > slopes_[k - 1] && slopes_[k] >= slopes_[k + 1]) peaks.push_back(k);
        at.fall = kFallNoise * noise * smoothers_[i].gain;
        if (peaks.empty()) return at;
        padded.filter(smoothers_[i], at.smooth);
        const double high = kHeight * min_snr_ * noise * smoothers_[i].gain;
        for (int64_t frame : peaks) {
            const Rise rise = rise_at(frame, at.smooth, samples);
            if (rise.height >= high) at.rises.push_back(rise);
        }
        const size_t count = at.rises.size();
        const double horizon =
            count > 2 ? kHorizon * double(at.rises.back().frame - at.rises.front().frame) / double(count - 1)
                      : double(samples);
        for (const Rise& rise : at.rises)
            if (returns(rise, at.smooth, samples, horizon)) at.returning.push_back(rise);
        return at;
    }

    Rise rise_at(int64_t frame, const std::vector<double>& smooth, int64_t samples) const {
        const int64_t foot = end_of(frame, samples, -1), top = end_of(frame, samples, 1);
        return {frame, slopes_[frame], top, smooth[top] - smooth[foot]};
    }

    // Where the rise ends: at a small slope, or at the smallest before a steeper rise.
    int64_t end_of(int64_t frame, int64_t samples, int64_t step) const {
        int64_t at = frame, flattest = frame;
        while (at > 0 && at < samples - 1 && slopes_[at] > kSteep * slopes_[frame]) {
            at += step;
            if (slopes_[at] > slopes_[frame]) return flattest;
            if (slopes_[at] < slopes_[flattest]) flattest = at;
        }
        return at;
    }

    static bool returns(const Rise& rise, const std::vector<double>& smooth, int64_t samples, double horizon) {
        const int64_t stop = std::min(samples, rise.top + int64_t(horizon) + 1);
        const double level = smooth[rise.top] - kReturns * rise.height;
        for (int64_t k = rise.top; k < stop; ++k)
            if (smooth[k] <= level) return true;
        return false;
    }

    static bool falls(const Rise& first, const Rise& second, const AtScale& at) {
        double most = at.smooth[first.frame], fall = 0;
        for (int64_t k = first.frame; k <= second.frame; ++k) {
            most = std::max(most, at.smooth[k]);
            fall = std::max(fall, most - at.smooth[k]);
        }
        return fall >= std::max(at.fall, kFall * std::min(first.height, second.height));
    }

    static std::vector<Rise> merged(const AtScale& at) {
        std::vector<Rise> beats;
        for (const Rise& rise : at.returning) {
            if (beats.empty() || falls(beats.back(), rise, at)) beats.push_back(rise);
            else if (rise.slope > beats.back().slope) beats.back() = rise;
        }
        return beats;
    }

    static double usual(const std::vector<Rise>& rises) {
        std::vector<double> slopes;
        for (const Rise& rise : rises) slopes.push_back(rise.slope);
        return usual_of(slopes);
    }

    std::vector<Rise> large(const std::vector<Rise>& rises) const {
        std::vector<Rise> kept;
        const double least = rises.empty() ? 0 : min_amplitude_ * usual(rises);
        for (const Rise& rise : rises)
            if (rise.slope >= least) kept.push_back(rise);
        return kept;
    }

    // Adds the last beat, whose return was not recorded, if the recording ends within a cycle.
    void add_last(const AtScale& at, std::vector<Rise>& beats) const {
        if (beats.size() < 2) return;
        std::vector<double> cycles, heights;
        for (size_t i = 0; i < beats.size(); ++i) {
            if (i) cycles.push_back(double(beats[i].frame - beats[i - 1].frame));
            heights.push_back(beats[i].height);
        }
        const double cycle = median_of(cycles), height = median_of(heights), slope = min_amplitude_ * usual(beats);
        const Rise last = beats.back();
        const Rise* best = nullptr;
        for (const Rise& rise : at.rises)
            if (rise.frame > last.frame && double(int64_t(at.smooth.size()) - 1 - rise.frame) <= cycle &&
                rise.height >= 0.5 * height && rise.height <= 2 * height && rise.slope >= slope &&
                falls(last, rise, at) && (!best || rise.slope > best->slope))
                best = &rise;
        if (best) beats.push_back(*best);
    }

    double min_snr_, min_amplitude_;
    std::vector<Filter> derivatives_, smoothers_;
    std::vector<double> slopes_, spared_;
    NoiseLike noise_like_;
};

inline void find_beats(const double* series, int64_t samples, int64_t count, double min_snr, double min_amplitude,
                       double* slopes, double* scales, int threads) {
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        BeatFinder finder(min_snr, min_amplitude, samples);
        for (int64_t m = from; m < to; ++m) {
            const double* row = series + m * samples;
            std::fill(slopes + m * samples, slopes + (m + 1) * samples, 0.0);
            scales[m] = all_finite(row, samples) ? finder.find(row, samples, slopes + m * samples) : 0.0;
        }
    });
}

}  // namespace optimap
