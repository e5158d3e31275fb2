// beat_upstrokes: the upstroke of each beat of a series, if it is significant. _numpy_beat_upstrokes.py explains the steps.

#pragma once

#include <optional>

#include "beat.hpp"
#include "noise_like.hpp"

namespace optimap {

constexpr int64_t kFarthest = 33;  // samples: so far reach the filters at the scales of significance

class BeatUpstrokes {
  public:
    BeatUpstrokes(const BeatSettings& settings, int64_t samples)
        : settings_(settings), derivative_(gaussian(settings.sigma, true)),
          wider_(gaussian(kWider * settings.sigma, true)), noise_like_(samples) {
        if (!settings.is_checked) return;
        for (double sigma : kScales) {
            scales_.push_back(gaussian(sigma, true));
            gains_.push_back(gains_near_ends(scales_.back()));
        }
    }

    // How many samples a series must continue at both ends.
    int64_t margin() const { return std::max(int64_t(wider_.half.size()), kFarthest); }

    // The slopes of the series at the wider scale.
    const std::vector<double>& wide() const { return wide_; }

    // Beats with their activation, slope and onset, or the reason why there is none within [low, high).
    std::vector<Beat> find(const Padded& padded, int64_t samples, double noise, const int64_t* lows,
                           const int64_t* highs, int64_t count) {
        row_ = padded.row();
        samples_ = samples;
        noise_ = noise;
        largest_ = largest(row_, samples);
        checked_noise_ = settings_.is_checked ? std::max(noise, sparse_noise_of(row_, samples)) : noise;
        padded.filter(derivative_, slopes_);
        padded.filter(wider_, wide_);
        filtered_ = 0;
        const std::optional<Padded> spared = settings_.is_checked ? without_spikes() : std::nullopt;
        has_spikes_ = spared.has_value();
        std::vector<Beat> beats;
        for (int64_t i = 0; i < count; ++i) beats.push_back(upstroke(spared ? *spared : padded, lows[i], highs[i]));
        if (settings_.is_checked && are_noise(beats, padded, lows, highs))
            for (Beat& beat : beats) beat = missed();
        return beats;
    }

  private:
    static Beat missed() {
        Beat beat;
        beat.reason = kNoUpstroke;
        return beat;
    }

    // The series in which upstrokes must be significant, if there are spikes.
    std::optional<Padded> without_spikes() {
        spared_.resize(samples_);
        if (!widest<optimap::without_spikes>(row_, samples_, kSpike * noise_, spared_.data())) return std::nullopt;
        return Padded(spared_.data(), samples_, kFarthest);
    }

    bool are_noise(const std::vector<Beat>& beats, const Padded& padded, const int64_t* lows, const int64_t* highs) {
        if (samples_ < kJudged || beats.size() < kSeveral) return false;
        std::vector<double> shifts, widths, steepest;
        for (size_t i = 0; i < beats.size(); ++i) {
            if (beats[i].reason) continue;
            shifts.push_back(beats[i].activation - 0.5 * double(lows[i] + highs[i]));
            widths.push_back(double(highs[i] - lows[i]));
            steepest.push_back(beats[i].slope);
        }
        if (steepest.empty() || are_aligned(shifts, widths)) return false;
        return noise_like_.are(steepest, slopes_, rough_noise_of(row_, samples_, noise_), derivative_, padded);
    }

    Beat upstroke(const Padded& spared, int64_t low, int64_t high) {
        Beat beat = missed();
        const int64_t edge = int64_t(2 * settings_.sigma);
        low = std::max({low, edge, int64_t(1)});
        high = std::min({high, samples_ - edge, samples_ - 1});
        const int64_t near = steepest(wide_, low, high, 0, 0);
        const int64_t at = steepest(slopes_, low, high, near, near < 0 ? 0 : kNearer * noise_ * derivative_.gain);
        if (at < 0 || !is_significant(spared, low, high)) return beat;
        const double before = slopes_[at - 1], middle = slopes_[at], after = slopes_[at + 1];
        const double shift = shift_of(slopes_, at);
        beat.onset = at;
        while (beat.onset > 0 && slopes_[beat.onset] > kSteep * middle) --beat.onset;
        beat.activation = double(at) + shift;
        if (near >= 0) {
            const double share = eighths(kUnsure * noise_ * derivative_.gain / middle - 1);
            beat.activation += share * (double(near) + shift_of(wide_, near) - beat.activation);
        }
        beat.slope = middle - shift * (before - after) / 4;
        beat.reason = kMeasured;
        return beat;
    }

    // The largest local maximum within [low, high), less `loss` times the square of the distance from `near`; or -1.
    static int64_t steepest(const std::vector<double>& slopes, int64_t low, int64_t high, int64_t near, double loss) {
        int64_t at = -1;
        double best = 0;
        for (int64_t k = low; k < high; ++k) {
            if (!(slopes[k] >= slopes[k - 1] && slopes[k] >= slopes[k + 1] && slopes[k] > 0)) continue;
            const double value = slopes[k] - loss * double((k - near) * (k - near));
            if (at < 0 || value > best) {
                at = k;
                best = value;
            }
        }
        return at;
    }

    // Where the parabola through a local maximum and its neighbours is largest.
    static double shift_of(const std::vector<double>& slopes, int64_t at) {
        const double bend = slopes[at - 1] - 2 * slopes[at] + slopes[at + 1];
        return bend < 0 ? (slopes[at - 1] - slopes[at + 1]) / (2 * bend) : 0.0;
    }

    // Most upstrokes are significant at the first scale, so the series is filtered at others only when they are needed.
    bool is_significant(const Padded& spared, int64_t low, int64_t high) {
        if (!settings_.is_checked) return true;
        const double least = kRounding * largest_;
        checked_.resize(scales_.size());
        for (size_t i = 0; i < scales_.size(); ++i) {
            if (i == filtered_) {
                if (kScales[i] == settings_.sigma && !has_spikes_) checked_[i] = slopes_;
                else spared.filter(scales_[i], checked_[i]);
                ++filtered_;
            }
            const int64_t radius = int64_t(gains_[i].size()) - 1;
            for (int64_t k = low; k < high; ++k) {
                const int64_t distance = std::min({k, samples_ - 1 - k, radius});
                if (checked_[i][k] > std::max(kSignificant * checked_noise_ * gains_[i][distance], least)) return true;
            }
        }
        return false;
    }

    const BeatSettings& settings_;
    Filter derivative_, wider_;
    std::vector<Filter> scales_;
    std::vector<std::vector<double>> gains_;  // of each scale near the ends
    std::vector<std::vector<double>> checked_;
    std::vector<double> slopes_, wide_, spared_;
    size_t filtered_ = 0;  // at how many scales the series has been filtered
    const double* row_ = nullptr;
    int64_t samples_ = 0;
    double noise_ = 0, checked_noise_ = 0, largest_ = 0;
    bool has_spikes_ = false;
    NoiseLike noise_like_;
};

}  // namespace optimap
