// coarse_spline: the cubic spline with few, evenly spaced knots that is closest to a series in least squares.

#pragma once

#include <array>

#include "common.hpp"

namespace optimap {

// Everything that depends only on the number of samples and the knots, and can be used for many series.
class SplineFit {
  public:
    // `spans` stretches of time between knots, all of the same length except the last, which is twice as long.
    SplineFit(int64_t samples, int64_t knots) : samples_(samples), size_(knots + 4) {
        const double step = double(samples - 1) / double(knots + 2);
        for (int64_t k = -3; k <= knots + 4; ++k)
            knots_.push_back(k <= 0 ? 0 : k <= knots ? double(k) * step : double(samples - 1));
        weights_.resize(samples);
        first_.resize(samples);
        int64_t span = 0;
        for (int64_t i = 0; i < samples; ++i) {
            while (span < knots && double(i) >= knots_[span + 4]) ++span;
            first_[i] = int32_t(span);
            weights_[i] = weights_at(double(i), span);
        }
        factorize();
    }

    void fit(const double* series, double* out) const {
        std::vector<double> coefficients(size_, 0.0);
        for (int64_t i = 0; i < samples_; ++i)
            for (int k = 0; k < 4; ++k) coefficients[first_[i] + k] += weights_[i][k] * series[i];
        solve(coefficients);
        for (int64_t i = 0; i < samples_; ++i) {
            const double* c = coefficients.data() + first_[i];
            const Four& w = weights_[i];
            out[i] = (w[0] * c[0] + w[1] * c[1]) + (w[2] * c[2] + w[3] * c[3]);
        }
    }

  private:
    using Four = std::array<double, 4>;

    // The four B-splines that are not zero at a time in a span (Cox and de Boor).
    Four weights_at(double time, int64_t span) const {
        const double* knot = knots_.data() + span + 3;  // knot[0] <= time < knot[1]
        Four w = {1, 0, 0, 0};
        for (int degree = 1; degree <= 3; ++degree) {
            double carried = 0;
            for (int k = 0; k < degree; ++k) {
                const double share = w[k] / (knot[k + 1] - knot[k + 1 - degree]);
                w[k] = carried + (knot[k + 1] - time) * share;
                carried = (time - knot[k + 1 - degree]) * share;
            }
            w[degree] = carried;
        }
        return w;
    }

    // Cholesky factors of the normal equations, which have three diagonals below the main one.
    void factorize() {
        rows_.assign(size_, Four{});  // rows_[r][k]: row r, column r - k
        for (int64_t i = 0; i < samples_; ++i)
            for (int r = 0; r < 4; ++r)
                for (int c = 0; c <= r; ++c) rows_[first_[i] + r][r - c] += weights_[i][r] * weights_[i][c];
        for (int64_t r = 0; r < size_; ++r)
            for (int64_t k = std::min<int64_t>(3, r); k >= 0; --k) {
                double rest = rows_[r][k];
                for (int64_t j = k + 1; j <= std::min<int64_t>(3, r); ++j) rest -= rows_[r][j] * rows_[r - k][j - k];
                rows_[r][k] = k > 0 ? rest / rows_[r - k][0] : std::sqrt(rest);
            }
    }

    void solve(std::vector<double>& c) const {
        for (int64_t r = 0; r < size_; ++r) {
            for (int64_t k = 1; k <= std::min<int64_t>(3, r); ++k) c[r] -= rows_[r][k] * c[r - k];
            c[r] /= rows_[r][0];
        }
        for (int64_t r = size_ - 1; r >= 0; --r) {
            c[r] /= rows_[r][0];
            for (int64_t k = 1; k <= std::min<int64_t>(3, r); ++k) c[r - k] -= rows_[r][k] * c[r];
        }
    }

    int64_t samples_, size_;
    std::vector<double> knots_;
    std::vector<int32_t> first_;  // the first of the four coefficients used at a sample
    std::vector<Four> weights_, rows_;
};

// Series with the same number of knots should follow each other: their common part is computed once.
inline void coarse_splines(const double* series, int64_t samples, const int64_t* knots, int64_t count, double* out,
                           int threads) {
    in_parallel(count, threads, [&](int64_t from, int64_t to) {
        std::vector<int64_t> turns(to - from);
        for (int64_t i = from; i < to; ++i) turns[i - from] = i;
        std::stable_sort(turns.begin(), turns.end(), [&](int64_t a, int64_t b) { return knots[a] < knots[b]; });
        std::vector<SplineFit> fit;
        int64_t fitted = -1;
        for (int64_t i : turns) {
            if (knots[i] != fitted) {
                fit.assign(1, SplineFit(samples, knots[i]));
                fitted = knots[i];
            }
            fit[0].fit(series + i * samples, out + i * samples);
        }
    });
}

}  // namespace optimap
