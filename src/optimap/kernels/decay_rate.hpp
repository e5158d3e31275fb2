// decay_rate: the time constant of the fall of a beat.

#pragma once

#include <cmath>
#include <vector>

#include "common.hpp"

namespace optimap {

// The rate of the decay height exp(-rate t) in least squares (Gauss-Newton), 0 if there is none.
inline double fitted_rate(const std::vector<double>& samples, double height, double rate) {
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

}  // namespace optimap
