// upstrokes: one activation of each pixel, by slope or by threshold. _numpy_upstrokes.py explains the steps.

#pragma once

#include "filters.hpp"

namespace optimap {

constexpr double kCoarse[] = {2, 4, 8};  // frames
constexpr int64_t kNearest = 3;          // frames, at least
constexpr int64_t kNoiseSamples = 256;   // second differences, of which the noise of a whole series is estimated
constexpr int64_t kNoiseBlock = 128;     // frames: crossings in them are compared with the noise of twice as many
constexpr double kFewBends = 5;
constexpr int64_t kStart = 4;            // frames
constexpr int64_t kColumns = 32;         // pixels that are read at once: their samples stay near the cache
constexpr int64_t kHeld = int64_t(1) << 22;  // samples of them, in each thread: fewer pixels of a long recording
constexpr int64_t kReadAhead = 256;          // frames that are read at once in search of a crossing

// A derivative of a Gaussian, with the noise that it leaves of white noise of 1 at each frame: more near the ends.
struct Slope {
    Filter filter;
    std::vector<double> gains;

    Slope(double sigma, int64_t samples) : filter(gaussian(sigma, true)), gains(samples, filter.gain) {
        const int64_t radius = int64_t(filter.half.size()) - 1;
        for (int64_t t = 0; t < samples; ++t) {
            if (t >= radius && t < samples - radius) continue;
            const int64_t start = std::max<int64_t>(0, t - radius), stop = std::min(samples, t + radius + 1);
            std::vector<double> sums(stop - start);
            for (int64_t k = -radius; k <= radius; ++k)
                sums[std::clamp(t + k, start, stop - 1) - start] += (k < 0 ? -1 : 1) * filter.half[std::abs(k)];
            double squares = 0;
            for (double sum : sums) squares += sum * sum;
            gains[t] = std::sqrt(squares);
        }
    }

    double at(const double* row, int64_t t) const {  // the row continues at both ends
        double sum = 0;
        for (size_t k = 1; k < filter.half.size(); ++k) sum += filter.half[k] * (row[t + k] - row[t - k]);
        return sum;
    }
};

// Four at a time: a single chain of comparisons waits for each of them.
OPTIMAP_INLINE double largest_value(const double* values, int64_t count) {
    double most[4] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    int64_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (int64_t j = 0; j < 4; ++j) most[j] = values[i + j] > most[j] ? values[i + j] : most[j];
    for (; i < count; ++i) most[0] = values[i] > most[0] ? values[i] : most[0];
    return std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
}

OPTIMAP_INLINE double largest_size(const double* values, int64_t count) {
    double most[4] = {0, 0, 0, 0};
    int64_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (int64_t j = 0; j < 4; ++j) most[j] = std::abs(values[i + j]) > most[j] ? std::abs(values[i + j]) : most[j];
    for (; i < count; ++i) most[0] = std::abs(values[i]) > most[0] ? std::abs(values[i]) : most[0];
    return std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
}

// Finds upstrokes in one row after the other. A row begins with 0, points up, and continues at both ends.
class UpstrokeFinder {
  public:
    UpstrokeFinder(double sigma, double min_snr, int64_t samples)
        : fine_(sigma, samples), min_snr_(min_snr), samples_(samples) {
        for (double scale : kCoarse) coarse_.emplace_back(scale, samples);
        slopes_.resize(samples);
    }

    // How many samples a row must continue at both ends.
    int64_t margin() const { return int64_t(std::max(fine_.filter.half.size(), coarse_.back().filter.half.size())); }

    double steepest(const double* row) {
        if (samples_ < 3) return kNaN;
        noise_ = noise(row, 0, samples_, std::max<int64_t>(1, (samples_ - 2) / kNoiseSamples));
        spared_.resize(samples_ + 2 * margin() + 8);
        double* spared = spared_.data() + margin();
        if (widest<without_spikes>(row, samples_, kSpike * white_, spared)) {
            std::fill(spared_.data(), spared, spared[0]);
            std::fill(spared + samples_, spared_.data() + spared_.size(), spared[samples_ - 1]);
            row = spared;
        }
        rounding_ = kRounding * widest<largest_size>(row, samples_);
        filter(fine_, row);
        int64_t best = steepest_of_all();
        if (best < 0) best = near_coarse(row);
        if (best < 0) return kNaN;
        const double before = slopes_[best - 1], here = slopes_[best], after = slopes_[best + 1];
        const double bend = before - 2 * here + after;
        return double(best) + (bend < 0 ? (before - after) / (2 * bend) : 0);
    }

    // How far the search for a crossing has come in a row.
    struct Crossing {
        int64_t next = 0;     // the first frame that may be before a crossing
        int64_t block = -1;   // of the noise
        double noise = 0, white = 0, found = kNaN;
        bool is_done = false;
    };

    // Goes on as far as the samples that are known allow.
    void cross(Crossing& state, const double* row, double offset, int64_t known, double threshold, int64_t lasting,
               bool is_first) {
        // Samples as they were given: a difference to the first one may round a sample to the threshold.
        const auto value = [&](int64_t t) { return row[t] + offset; };
        const auto below = [&](int64_t t) { return is_first ? value(t) <= threshold : value(t) < threshold; };
        const auto needed = [&](int64_t k) {
            return std::max({k + 2 + lasting, k + 1 + int64_t(kCoarse[2]) + margin(), noise_stop(k)});
        };
        if (state.next == 0 && is_first && value(0) > threshold) {
            use_noise(state, row, 0);
            if (stays(row, offset, threshold)) {
                state.found = 0;
                state.is_done = true;
                return;
            }
        }
        for (; state.next + 1 < samples_; ++state.next) {
            const int64_t k = state.next;
            if (k + 1 >= known) return;
            if (!below(k) || below(k + 1)) continue;
            if (std::min(needed(k), samples_) > known) return;
            bool lasts = true;
            for (int64_t t = std::max<int64_t>(0, k - lasting); t < k; ++t) lasts = lasts && below(t);
            for (int64_t t = k + 2; t < std::min(samples_, k + 2 + lasting); ++t) lasts = lasts && !below(t);
            if (!lasts) continue;
            use_noise(state, row, k);
            if (!is_steep(row, k)) continue;
            state.found = is_first ? double(k + 1) : double(k) + (threshold - value(k)) / (value(k + 1) - value(k));
            break;
        }
        state.is_done = true;
    }

  private:
    // From every so many second differences: like noise_of, or from their mean if the median is 0; or like
    // sparse_noise_of, if that is more. `white_` is that of noise_of.
    double noise(const double* row, int64_t start, int64_t stop, int64_t every) {
        bends_.clear();
        double sum = 0;
        for (int64_t i = start; i + 2 < stop; i += every) {
            bends_.push_back(std::abs(row[i + 2] - 2 * row[i + 1] + row[i]));
            sum += bends_.back();
        }
        if (bends_.empty()) return kNaN;
        const double count = double(bends_.size()), mean = sum / count, middle = median_of(bends_);
        const double spread = middle > 0 ? 1.4826 * middle : std::sqrt(std::acos(-1.0) / 2) * mean;
        white_ = 1.4826 * middle / std::sqrt(6.0);
        return std::max(spread, ordinary_size(bends_)) / std::sqrt(6.0) * (1 + kFewBends / count);
    }

    int64_t noise_stop(int64_t frame) const {
        return std::min(samples_, (frame / kNoiseBlock) * kNoiseBlock + kNoiseBlock + kNoiseBlock / 2);
    }

    // Estimates the noise of the frames around a frame, unless that is known.
    void use_noise(Crossing& state, const double* row, int64_t frame) {
        const int64_t block = frame / kNoiseBlock;
        const int64_t start = std::max<int64_t>(0, block * kNoiseBlock - kNoiseBlock / 2), stop = noise_stop(frame);
        if (block != state.block) {
            state.noise = noise(row, start, stop, 1);
            state.white = white_;
        }
        state.block = block;
        noise_ = state.noise;
        white_ = state.white;
        rounding_ = kRounding * widest<largest_size>(row + start, stop - start);
    }

    void filter(const Slope& slope, const double* row) {
        filter_odd(row, slope.filter.half.data(), int64_t(slope.filter.half.size()) - 1, samples_, slopes_.data());
    }

    bool is_peak(int64_t t) const {
        return slopes_[t] > 0 && slopes_[t] >= slopes_[t - 1] && slopes_[t] >= slopes_[t + 1];
    }

    double least(const Slope& slope, int64_t t) const {
        const double limit = min_snr_ * noise_ * slope.gains[t];
        return limit > rounding_ ? limit : rounding_;
    }

    // The steepest significant frame that is a peak, or -1.
    int64_t steepest_of_all() const {
        const double most = widest<largest_value>(slopes_.data() + 1, samples_ - 2);
        const int64_t at = std::find(slopes_.begin() + 1, slopes_.end() - 1, most) - slopes_.begin();
        if (is_peak(at) && most > least(fine_, at)) return at;  // usually
        int64_t best = -1;
        for (int64_t t = 1; t + 1 < samples_; ++t)
            if (is_peak(t) && slopes_[t] > least(fine_, t) && (best < 0 || slopes_[t] > slopes_[best])) best = t;
        return best;
    }

    // The steepest frame near the steepest significant slope at a coarse scale, or -1.
    int64_t near_coarse(const double* row) {
        for (size_t i = 0; i < coarse_.size(); ++i) {
            filter(coarse_[i], row);
            int64_t at = -1;
            for (int64_t t = 0; t < samples_; ++t)
                if (slopes_[t] > least(coarse_[i], t) && (at < 0 || slopes_[t] > slopes_[at])) at = t;
            if (at < 0) continue;
            const int64_t reach = std::max(kNearest, int64_t(kCoarse[i]));
            filter(fine_, row);
            int64_t best = -1;
            for (int64_t t = std::max<int64_t>(1, at - reach); t < std::min(samples_ - 1, at + reach + 1); ++t)
                if (is_peak(t) && (best < 0 || slopes_[t] > slopes_[best])) best = t;
            return best;
        }
        return -1;
    }

    bool stays(const double* row, double offset, double threshold) const {
        const int64_t count = std::min(kStart, samples_);
        double sum = 0;
        for (int64_t t = 0; t < count; ++t) sum += row[t] + offset;
        return sum / double(count) - threshold > min_snr_ * (noise_ == noise_ ? noise_ : 0) / std::sqrt(double(count));
    }

    bool is_steep(const double* row, int64_t frame) {
        const int64_t reach = int64_t(kCoarse[2]) + margin();
        const int64_t start = std::max(-margin(), frame + 1 - reach), stop = std::min(samples_ + margin(), frame + 1 + reach);
        spared_.resize(stop - start);
        widest<without_spikes>(row + start, stop - start, kSpike * white_, spared_.data());
        const double* spared = spared_.data() - start;
        for (size_t i = 0; i < coarse_.size(); ++i) {
            const int64_t reach = int64_t(kCoarse[i]);
            for (int64_t t = std::max<int64_t>(0, frame + 1 - reach); t < std::min(samples_, frame + reach + 1); ++t)
                if (coarse_[i].at(spared, t) > least(coarse_[i], t)) return true;
        }
        return false;
    }

    Slope fine_;
    std::vector<Slope> coarse_;
    double min_snr_, noise_ = 0, white_ = 0, rounding_ = 0;
    int64_t samples_;
    std::vector<double> slopes_, bends_, spared_;
};

// Pixels side by side, whose samples become rows that begin with 0, point up, and continue at both ends.
template <class Pixel>
class Columns {
  public:
    Columns(const Frames<Pixel>& frames, double sign, int64_t margin, int64_t most)
        : frames_(frames), sign_(sign), margin_(margin), length_(frames.count + 2 * margin + 8),  // rows in other sets
          rows_(most * length_) {}

    void begin(int64_t y, int64_t left, int64_t count) {
        first_ = frames_.data + y * frames_.row_stride + left;
        count_ = count;
        known_ = 0;
        for (int64_t j = 0; j < count; ++j) {
            offsets_[j] = sign_ * double(first_[j]);
            std::fill_n(rows_.data() + j * length_, margin_, 0.0);
        }
    }

    // Reads frames up to `stop`.
    void read(int64_t stop) {
        for (int64_t t = known_; t < stop; ++t) {
            const Pixel* pixels = first_ + t * frames_.frame_stride;
            double* to = rows_.data() + margin_ + t;
            for (int64_t j = 0; j < count_; ++j) to[j * length_] = sign_ * double(pixels[j]) - offsets_[j];
        }
        known_ = stop;
        if (stop == frames_.count)
            for (int64_t j = 0; j < count_; ++j) std::fill_n(rows_.data() + j * length_ + margin_ + stop, margin_, row(j)[stop - 1]);
    }

    // Marks the pixels that are NaN or infinite in any frame.
    void mark_gaps(bool* has_gap) const {
        std::fill_n(has_gap, count_, false);
        if (!std::is_floating_point_v<Pixel>) return;
        Pixel sums[kColumns] = {};
        for (int64_t t = 0; t < frames_.count; ++t) {
            const Pixel* pixels = first_ + t * frames_.frame_stride;
            if (count_ == kColumns)
                for (int64_t j = 0; j < kColumns; ++j) sums[j] += pixels[j] * Pixel(0);
            else
                for (int64_t j = 0; j < count_; ++j) sums[j] += pixels[j] * Pixel(0);
        }
        for (int64_t j = 0; j < count_; ++j) has_gap[j] = !(sums[j] == 0);
    }

    const double* row(int64_t j) const { return rows_.data() + j * length_ + margin_; }
    double offset(int64_t j) const { return offsets_[j]; }
    int64_t known() const { return known_; }

  private:
    const Frames<Pixel>& frames_;
    double sign_;
    int64_t margin_, length_, count_ = 0, known_ = 0;
    const Pixel* first_ = nullptr;
    double offsets_[kColumns] = {};
    std::vector<double> rows_;
};

// Calls work(finder, columns, count, has_gap, out) for the pixels of each tile.
template <class Pixel, class Work>
void each_tile(const Frames<Pixel>& frames, int64_t height, int64_t width, double sign, double sigma, double min_snr,
               double* out, int threads, Work work) {
    const int64_t most = std::clamp<int64_t>(kHeld / std::max<int64_t>(1, frames.count), 1, kColumns);
    const int64_t tiles = (width + most - 1) / most;
    in_parallel(height * tiles, threads, [&](int64_t from, int64_t to) {
        UpstrokeFinder finder(sigma, min_snr, frames.count);
        Columns<Pixel> columns(frames, sign, finder.margin(), most);
        bool has_gap[kColumns];
        for (int64_t tile = from; tile < to; ++tile) {
            const int64_t y = tile / tiles, left = tile % tiles * most, count = std::min(most, width - left);
            columns.begin(y, left, count);
            columns.mark_gaps(has_gap);
            work(finder, columns, count, has_gap, out + y * width + left);
        }
    });
}

template <class Pixel>
void upstroke_times(const Frames<Pixel>& frames, int64_t height, int64_t width, double sign, double sigma,
                    double min_snr, double* out, int threads) {
    each_tile(frames, height, width, sign, sigma, min_snr, out, threads,
              [&](UpstrokeFinder& finder, auto& columns, int64_t count, const bool* has_gap, double* found) {
                  columns.read(frames.count);
                  for (int64_t j = 0; j < count; ++j) found[j] = has_gap[j] ? kNaN : finder.steepest(columns.row(j));
              });
}

template <class Pixel>
void crossing_times(const Frames<Pixel>& frames, int64_t height, int64_t width, double sign, double threshold,
                    int64_t lasting, double min_snr, bool is_first, double* out, int threads) {
    each_tile(frames, height, width, sign, 2.0, min_snr, out, threads,
              [&](UpstrokeFinder& finder, auto& columns, int64_t count, const bool* has_gap, double* found) {
                  UpstrokeFinder::Crossing states[kColumns];
                  for (int64_t j = 0; j < count; ++j) states[j].is_done = has_gap[j];
                  bool is_done = false;
                  while (!is_done) {
                      columns.read(std::min(frames.count, columns.known() + kReadAhead));
                      is_done = true;
                      for (int64_t j = 0; j < count; ++j) {
                          if (!states[j].is_done)
                              finder.cross(states[j], columns.row(j), columns.offset(j), columns.known(),
                                           sign * threshold, lasting, is_first);
                          is_done = is_done && states[j].is_done;
                      }
                  }
                  for (int64_t j = 0; j < count; ++j) found[j] = states[j].found;
              });
}

}  // namespace optimap
