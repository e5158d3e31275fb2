// rescale: each series from its own range to [ymin, ymax], in double precision.

#pragma once

#include "common.hpp"

namespace optimap {

template <bool kUnit, class Pixel, class Out>
OPTIMAP_INLINE void rescale_moments(const Frames<Pixel>& samples, int64_t series, const double* low, const double* span,
                                    double ymin, double ymax, bool clip, Out* out, int64_t from, int64_t to) {
    for (int64_t t = from; t < to; ++t) {
        const Pixel* values = samples.data + t * samples.frame_stride;
        Out* result = out + t * series;
        for (int64_t i = 0; i < series; ++i) {
            double place = (double(values[i]) - low[i]) / span[i];
            if (clip) {  // written so that NaN stays NaN
                place = place < 0 ? 0 : place;
                place = place > 1 ? 1 : place;
            }
            // Exact at both ends, unlike place * (ymax - ymin) + ymin.
            result[i] = kUnit ? Out(place) : Out((1 - place) * ymin + place * ymax);
        }
    }
}

template <class Pixel, class Out>
OPTIMAP_INLINE void rescale_samples(const Frames<Pixel>& samples, int64_t series, const double* low, const double* span,
                                    double ymin, double ymax, bool clip, Out* out, int64_t from, int64_t to) {
    if (ymin == 0 && ymax == 1) rescale_moments<true>(samples, series, low, span, ymin, ymax, clip, out, from, to);
    else rescale_moments<false>(samples, series, low, span, ymin, ymax, clip, out, from, to);
}

template <class Pixel, class Out>
void rescale(const Frames<Pixel>& samples, int64_t series, const double* low, const double* span, double ymin,
             double ymax, bool clip, Out* out, int threads) {
    in_parallel(samples.count, threads, [&](int64_t from, int64_t to) {
        widest<rescale_samples<Pixel, Out>>(samples, series, low, span, ymin, ymax, clip, out, from, to);
    });
}

}  // namespace optimap
