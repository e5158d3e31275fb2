// exponential: a + b exp(-t / tau) below a series. _numpy_exponential.py explains the steps.
//
// The sums over the used samples for all time constants are not computed again when samples are left out: only those
// that changed are subtracted or added. Of the ten fits that a series needs, the later ones cost next to nothing.

#pragma once

#include <cmath>

#include "common.hpp"

namespace optimap {

constexpr int64_t kGrid = 60;     // time constants
constexpr int64_t kRounds = 50;   // fits, at most
constexpr double kKnown = 1e-8;    // of the squares of a decay must vary among the used samples, else it is not considered
constexpr int64_t kAtOnce = 8;    // partial sums, so that they are in vector registers
constexpr int64_t kStretch = 64;  // frames whose decay is a product of two exponentials

// The logarithms of time constants, and their decays: of frame t at [t * kGrid].
struct DecayGrid {
    explicit DecayGrid(int64_t samples) : logarithms(kGrid), decays(samples * kGrid), mean(kGrid), square(kGrid) {
        const double low = std::log(2.0), high = std::log(10.0 * double(samples));
        for (int64_t g = 0; g < kGrid; ++g) {
            logarithms[g] = low + (high - low) * double(g) / double(kGrid - 1);
            const double tau = std::exp(logarithms[g]);
            for (int64_t t = 0; t < samples; ++t) {
                const double decay = std::exp(-double(t) / tau);
                decays[t * kGrid + g] = decay;
                mean[g] += decay;
                square[g] += decay * decay;
            }
        }
    }

    std::vector<double> logarithms, decays, mean, square;  // sums over all frames
};

// Adds the decays of one frame, their squares and their products with y, or subtracts them: sign is 1 or -1.
OPTIMAP_INLINE void add_decays(const double* decays, double sign, double y, double* mean, double* square, double* product) {
    for (int64_t g = 0; g < kGrid; ++g) {
        mean[g] += sign * decays[g];
        square[g] += sign * decays[g] * decays[g];
        product[g] += sign * y * decays[g];
    }
}

OPTIMAP_INLINE void add_frames(const DecayGrid& grid, const double* y, const uint8_t* before, const uint8_t* now,
                                      int64_t samples, double* mean, double* square, double* product) {
    for (int64_t t = 0; t < samples; ++t)
        if (before[t] != now[t])
            add_decays(grid.decays.data() + t * kGrid, now[t] ? 1 : -1, y[t], mean, square, product);
}

// Sums of weights * (a - shift) * (b - other), over samples that are a multiple of kAtOnce.
OPTIMAP_INLINE double sum_of(const double* weights, const double* a, double shift, const double* b, double other,
                                    int64_t samples) {
    double sums[kAtOnce] = {};
    for (int64_t t = 0; t < samples; t += kAtOnce)
        for (int64_t j = 0; j < kAtOnce; ++j) sums[j] += weights[t + j] * (a[t + j] - shift) * (b[t + j] - other);
    double sum = 0;
    for (double part : sums) sum += part;
    return sum;
}

class ExponentialFitter {
  public:
    ExponentialFitter(const DecayGrid& grid, int64_t samples)
        : grid_(grid), samples_(samples), padded_((samples + kAtOnce - 1) / kAtOnce * kAtOnce), y_(padded_), weights_(padded_),
          decays_((samples + kStretch) / kStretch * kStretch), ones_(padded_, 1.0), used_(samples), low_(samples),
          mean_(kGrid), square_(kGrid), product_(kGrid) {}

    // Writes the curve below the row: samples above it by more than `tolerance` are not fitted, if `fewest` are left.
    void fit(const double* row, double tolerance, double fewest, double* out) {
        for (int64_t t = 0; t < samples_; ++t) y_[t] = row[t] - row[0];
        std::fill(used_.begin(), used_.end(), uint8_t(0));
        std::fill(low_.begin(), low_.end(), uint8_t(1));
        std::fill(product_.begin(), product_.end(), 0.0);
        std::vector<double> unused(2 * kGrid);
        widest<add_frames>(grid_, y_.data(), used_.data(), low_.data(), samples_, unused.data(), unused.data() + kGrid,
                   product_.data());
        mean_ = grid_.mean;
        square_ = grid_.square;
        use_low();
        for (int finer : {0, 3})
            for (int64_t round = 0; round < kRounds; ++round) {
                curve(finer, row[0], out);
                int64_t changes = 0, count = 0;
                for (int64_t t = 0; t < samples_; ++t) {
                    low_[t] = row[t] <= out[t] + tolerance;
                    count += low_[t];
                    changes += low_[t] != used_[t];
                }
                if (changes == 0 || double(count) < fewest) break;
                widest<add_frames>(grid_, y_.data(), used_.data(), low_.data(), samples_, mean_.data(), square_.data(),
                           product_.data());
                use_low();
            }
    }

  private:
    void use_low() {
        used_ = low_;
        for (int64_t t = 0; t < samples_; ++t) weights_[t] = used_[t];
        count_ = widest<sum_of>(weights_.data(), ones_.data(), 0, ones_.data(), 0, padded_);
        level_ = widest<sum_of>(weights_.data(), y_.data(), 0, ones_.data(), 0, padded_) / count_;
    }

    void curve(int finer, double first, double* out) {
        double gains[kGrid];
        for (int64_t g = 0; g < kGrid; ++g) {
            const double spread = square_[g] - mean_[g] * mean_[g] / count_;
            gains[g] = spread > kKnown * grid_.square[g] ? explained(spread, product_[g] - level_ * mean_[g]) : 0;
        }
        const int64_t best = std::clamp<int64_t>(std::max_element(gains, gains + kGrid) - gains, 1, kGrid - 2);
        double step = grid_.logarithms[1] - grid_.logarithms[0];
        double rate = grid_.logarithms[best] + step * ahead(gains[best - 1], gains[best], gains[best + 1]);
        for (int turn = 0; turn < finer; ++turn) {
            step /= 6;
            double tries[3];
            for (int i = 0; i < 3; ++i) tries[i] = line(rate + double(i - 1) * step);
            rate += step * ahead(tries[0], tries[1], tries[2]);
        }
        line(rate);
        for (int64_t t = 0; t < samples_; ++t) out[t] = (first + level_) + slope_ * (decays_[t] - middle_);
    }

    // By how much the line over the decay of one time constant reduces the sum of squares; it is kept.
    double line(double logarithm) {
        const double tau = std::exp(logarithm);
        double steps[kStretch];
        for (int64_t j = 0; j < kStretch; ++j) steps[j] = std::exp(-double(j) / tau);
        for (int64_t t = 0; t < samples_; t += kStretch) {
            const double base = std::exp(-double(t) / tau);
            for (int64_t j = 0; j < kStretch; ++j) decays_[t + j] = base * steps[j];
        }
        middle_ = widest<sum_of>(weights_.data(), decays_.data(), 0, ones_.data(), 0, padded_) / count_;
        const double spread = widest<sum_of>(weights_.data(), decays_.data(), middle_, decays_.data(), middle_, padded_);
        const double product = widest<sum_of>(weights_.data(), decays_.data(), middle_, y_.data(), level_, padded_);
        slope_ = spread > 0 ? product / spread : 0;
        return explained(spread, product);
    }

    static double explained(double spread, double product) { return spread > 0 ? product * product / spread : 0; }

    // The place of the maximum of the parabola through three values, at -1, 0 and 1, and not beyond these.
    static double ahead(double before, double here, double after) {
        const double bend = before - 2 * here + after;
        if (bend < 0) return std::clamp(0.5 * (before - after) / bend, -1.0, 1.0);
        return double(after > before) - double(after < before);
    }

    const DecayGrid& grid_;
    int64_t samples_, padded_;
    std::vector<double> y_, weights_, decays_, ones_;
    std::vector<uint8_t> used_, low_;
    std::vector<double> mean_, square_, product_;
    double count_ = 0, level_ = 0, slope_ = 0, middle_ = 0;
};

inline void exponential_baselines(const double* series, int64_t samples, int64_t count, const double* tolerance,
                                  double fewest, double* out, int threads) {
    if (samples == 0) return;
    const DecayGrid grid(samples);
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        ExponentialFitter fitter(grid, samples);
        for (int64_t m = from; m < to; ++m) fitter.fit(series + m * samples, tolerance[m], fewest, out + m * samples);
    });
}

}  // namespace optimap
