// The compiled loops and their Python interface. Each loop has a NumPy twin in _numpy.py: same name, same
// arguments, same numbers.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>

#include "asls.hpp"
#include "box_means.hpp"
#include "cut_maps.hpp"
#include "exponential.hpp"
#include "extremes.hpp"
#include "find_beats.hpp"
#include "gaussian.hpp"
#include "measure_beats.hpp"
#include "running_medians.hpp"
#include "pixel_values.hpp"
#include "rescale.hpp"
#include "slopes.hpp"
#include "span_means.hpp"
#include "splines.hpp"
#include "upstrokes.hpp"

namespace nb = nanobind;

template <class T>
using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Ints = Vector<int64_t>;
using Video = nb::ndarray<nb::ro, nb::ndim<3>, nb::device::cpu>;
using Result = nb::ndarray<nb::device::cpu>;

// Only arguments that would cause reads or writes outside memory are checked here; the Python side explains errors.
void check(const Video& video, const Result& out, int64_t windows) {
    if (video.shape(2) > 1 && video.stride(2) != 1)
        throw std::invalid_argument("pixels of a row must be adjacent in memory");
    if (out.ndim() != 2 || out.shape(0) != video.shape(0) || int64_t(out.shape(1)) != windows ||
        (out.shape(1) > 1 && out.stride(1) != 1) || (out.shape(0) > 1 && out.stride(0) != windows))
        throw std::invalid_argument("out must be C-contiguous, (frames, windows)");
}

void check_inside(const Video& video, const Ints& top, const Ints& bottom, const Ints& left, const Ints& right) {
    for (size_t i = 0; i < top.shape(0); ++i)
        if (top(i) < 0 || top(i) > bottom(i) || bottom(i) > int64_t(video.shape(1)) || left(i) < 0 ||
            left(i) > right(i) || right(i) > int64_t(video.shape(2)))
            throw std::invalid_argument("a span or box lies outside the frame");
}

// Calls loop(frames, out) with the video's pixels and the result's numbers in their own types.
template <class Pixel, class Out, class Loop>
void typed(const Video& video, Result& out, Loop& loop) {
    if (out.dtype() != nb::dtype<Out>()) throw std::invalid_argument("wrong dtype of out");
    optimap::Frames<Pixel> frames{static_cast<const Pixel*>(video.data()), int64_t(video.shape(0)),
                                  video.stride(0), video.stride(1)};
    Out* result = static_cast<Out*>(out.data());
    nb::gil_scoped_release unlocked;
    loop(frames, result);
}

// Some loops write float32 or float64 results, as requested.
template <class Pixel, class Loop>
void typed_to_any_float(const Video& video, Result& out, Loop& loop) {
    if (out.dtype() == nb::dtype<float>()) typed<Pixel, float>(video, out, loop);
    else typed<Pixel, double>(video, out, loop);
}

// Means of float32 are float32; sums of them, to be added to others, float64.
template <class Loop>
void dispatch(const Video& video, Result& out, Loop loop) {
    const auto dtype = video.dtype();
    if (dtype == nb::dtype<uint8_t>()) typed<uint8_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int8_t>()) typed<int8_t, double>(video, out, loop);
    else if (dtype == nb::dtype<uint16_t>()) typed<uint16_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int16_t>()) typed<int16_t, double>(video, out, loop);
    else if (dtype == nb::dtype<uint32_t>()) typed<uint32_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int32_t>()) typed<int32_t, double>(video, out, loop);
    else if (dtype == nb::dtype<uint64_t>()) typed<uint64_t, double>(video, out, loop);
    else if (dtype == nb::dtype<int64_t>()) typed<int64_t, double>(video, out, loop);
    else if (dtype == nb::dtype<float>()) typed_to_any_float<float>(video, out, loop);
    else if (dtype == nb::dtype<double>()) typed<double, double>(video, out, loop);
    else throw std::invalid_argument("unsupported dtype");
}

void span_means(Video video, Ints rows, Ints starts, Ints stops, Vector<double> weights, Ints first, Result out,
                bool omit_nan, bool sums, int threads) {
    const int64_t windows = int64_t(first.shape(0)) - 1;
    check(video, out, windows);
    check_inside(video, rows, rows, starts, stops);
    for (size_t i = 0; i < rows.shape(0); ++i)
        if (rows(i) >= int64_t(video.shape(1))) throw std::invalid_argument("a span or box lies outside the frame");
    if (video.stride(1) < 0) throw std::invalid_argument("rows must be in order");
    optimap::Spans spans{rows.data(), starts.data(), stops.data(), weights.data(), first.data(), windows};
    dispatch(video, out, [&](auto frames, auto* result) {
        optimap::span_means(frames, int64_t(video.shape(1)), int64_t(video.shape(2)), spans, result, omit_nan, sums,
                            threads);
    });
}

void box_means(Video video, Ints top, Ints bottom, Ints left, Ints right, Result out, bool sums, int threads) {
    const int64_t count = int64_t(top.shape(0)), height = int64_t(video.shape(1)), width = int64_t(video.shape(2));
    check(video, out, count);
    check_inside(video, top, bottom, left, right);
    if (height > 65536) throw std::invalid_argument("more than 65536 rows");
    for (int64_t i = 0; i < count; ++i)
        if (top(i) == bottom(i) || left(i) == right(i)) throw std::invalid_argument("a box is empty");
    optimap::Boxes boxes{top.data(), bottom.data(), left.data(), right.data(), count};
    dispatch(video, out, [&](auto frames, auto* result) {
        optimap::box_means(frames, width, boxes, result, sums, threads);
    });
}

void pixel_values(Video video, Ints rows, Ints columns, Result out, int threads) {
    const int64_t count = int64_t(rows.shape(0));
    check(video, out, count);
    for (int64_t i = 0; i < count; ++i)
        if (rows(i) < 0 || rows(i) >= int64_t(video.shape(1)) || columns(i) < 0 ||
            columns(i) >= int64_t(video.shape(2)))
            throw std::invalid_argument("a pixel lies outside the frame");
    dispatch(video, out, [&](auto frames, auto* result) {
        optimap::pixel_values(frames, rows.data(), columns.data(), count, result, threads);
    });
}

void rescale(Video samples, Vector<double> low, Vector<double> span, double ymin, double ymax, bool clip, Result out,
             int threads) {
    const int64_t series = int64_t(samples.shape(2));
    check(samples, out, series);
    if (samples.shape(1) != 1 || int64_t(low.shape(0)) != series || int64_t(span.shape(0)) != series)
        throw std::invalid_argument("low and span must hold one value for each series");
    auto loop = [&](auto frames, auto* result) {
        optimap::rescale(frames, series, low.data(), span.data(), ymin, ymax, clip, result, threads);
    };
    const auto dtype = samples.dtype();
    if (dtype == nb::dtype<uint8_t>()) typed_to_any_float<uint8_t>(samples, out, loop);
    else if (dtype == nb::dtype<uint16_t>()) typed_to_any_float<uint16_t>(samples, out, loop);
    else if (dtype == nb::dtype<int16_t>()) typed_to_any_float<int16_t>(samples, out, loop);
    else if (dtype == nb::dtype<float>()) typed_to_any_float<float>(samples, out, loop);
    else if (dtype == nb::dtype<double>()) typed_to_any_float<double>(samples, out, loop);
    else throw std::invalid_argument("unsupported dtype");
}

// Calls loop(frames) with the video's pixels in their own type.
template <class Loop>
void dispatch_pixels(const Video& video, Loop loop) {
    const auto of = [&](auto pixel) {
        using Pixel = decltype(pixel);
        if (video.dtype() != nb::dtype<Pixel>()) return false;
        loop(optimap::Frames<Pixel>{static_cast<const Pixel*>(video.data()), int64_t(video.shape(0)), video.stride(0),
                                    video.stride(1)});
        return true;
    };
    if (!(of(uint8_t{}) || of(int8_t{}) || of(uint16_t{}) || of(int16_t{}) || of(uint32_t{}) || of(int32_t{}) ||
          of(uint64_t{}) || of(int64_t{}) || of(float{}) || of(double{})))
        throw std::invalid_argument("unsupported dtype");
}

// Like `typed`, with results of the type of the samples.
template <class Sample>
bool extremes_of(const Video& samples, Result& low, Result& high, int threads) {
    if (samples.dtype() != nb::dtype<Sample>()) return false;
    optimap::Frames<Sample> frames{static_cast<const Sample*>(samples.data()), int64_t(samples.shape(0)),
                                   samples.stride(0), samples.stride(1)};
    const int64_t series = int64_t(samples.shape(2));
    nb::gil_scoped_release unlocked;
    optimap::extremes(frames, series, static_cast<Sample*>(low.data()), static_cast<Sample*>(high.data()), threads);
    return true;
}

void extremes(Video samples, Result low, Result high, int threads) {
    for (const Result* end : {&low, &high})
        if (end->ndim() != 1 || end->shape(0) != samples.shape(2) || end->dtype() != samples.dtype() ||
            (end->shape(0) > 1 && end->stride(0) != 1))
            throw std::invalid_argument("low and high must hold one value for each series");
    if (samples.shape(1) != 1 || (samples.shape(2) > 1 && samples.stride(2) != 1))
        throw std::invalid_argument("samples must be (T, 1, M), with the samples of one moment adjacent in memory");
    if (!(extremes_of<uint8_t>(samples, low, high, threads) || extremes_of<uint16_t>(samples, low, high, threads) ||
          extremes_of<int16_t>(samples, low, high, threads) || extremes_of<float>(samples, low, high, threads) ||
          extremes_of<double>(samples, low, high, threads)))
        throw std::invalid_argument("unsupported dtype");
}

// Calls loop(frames, height, width, out) for a video of any type; out holds one number for each pixel.
template <class Loop>
void each_pixel(const Video& video, Result& out, Loop loop) {
    const int64_t height = int64_t(video.shape(1)), width = int64_t(video.shape(2));
    if (video.shape(2) > 1 && video.stride(2) != 1)
        throw std::invalid_argument("pixels of a row must be adjacent in memory");
    if (out.dtype() != nb::dtype<double>() || out.ndim() != 2 || int64_t(out.shape(0)) != height ||
        int64_t(out.shape(1)) != width || (width > 1 && out.stride(1) != 1) || (height > 1 && out.stride(0) != width))
        throw std::invalid_argument("out must be C-contiguous float64, one number for each pixel");
    if (video.shape(0) < 1) throw std::invalid_argument("series are empty");
    double* result = static_cast<double*>(out.data());
    dispatch_pixels(video, [&](auto frames) {
        nb::gil_scoped_release unlocked;
        loop(frames, height, width, result);
    });
}

void upstroke_times(Video frames, int sign, double sigma, double min_snr, Result out, int threads) {
    if (!(sigma > 0)) throw std::invalid_argument("the filter is empty");
    each_pixel(frames, out, [&](auto pixels, int64_t height, int64_t width, double* result) {
        optimap::upstroke_times(pixels, height, width, double(sign), sigma, min_snr, result, threads);
    });
}

void crossing_times(Video frames, int sign, double threshold, int64_t lasting, double min_snr, bool is_first, Result out,
                    int threads) {
    if (lasting < 0) throw std::invalid_argument("lasting must not be negative");
    each_pixel(frames, out, [&](auto pixels, int64_t height, int64_t width, double* result) {
        optimap::crossing_times(pixels, height, width, double(sign), threshold, lasting, min_snr, is_first, result,
                                threads);
    });
}

void smooth_in_space(Video frames, Vector<double> half, nb::ndarray<double, nb::ndim<3>, nb::c_contig, nb::device::cpu> out,
                     int threads) {
    const int64_t height = int64_t(frames.shape(1)), width = int64_t(frames.shape(2));
    if (frames.shape(2) > 1 && frames.stride(2) != 1)
        throw std::invalid_argument("pixels of a row must be adjacent in memory");
    for (size_t axis = 0; axis < 3; ++axis)
        if (out.shape(axis) != frames.shape(axis)) throw std::invalid_argument("frames and out differ in shape");
    if (half.shape(0) < 1 || height < 1 || width < 1) throw std::invalid_argument("frames or the filter are empty");
    dispatch_pixels(frames, [&](auto pixels) {
        nb::gil_scoped_release unlocked;
        optimap::smooth_in_space(pixels, height, width, half.data(), int64_t(half.shape(0)) - 1, out.data(), threads);
    });
}

// Loops over series: (M, T) samples, one series in each row.
using Series = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T, int kDims = 1>
using Out = nb::ndarray<T, nb::ndim<kDims>, nb::c_contig, nb::device::cpu>;

void check_parts(const Series& series, const Ints& starts, const Ints& stops, size_t results) {
    if (starts.shape(0) != series.shape(0) || stops.shape(0) != series.shape(0) || results != series.shape(0))
        throw std::invalid_argument("starts, stops and out must hold one value for each series");
    if (series.shape(1) > size_t(std::numeric_limits<int32_t>::max())) throw std::invalid_argument("series are too long");
    for (size_t i = 0; i < series.shape(0); ++i)
        if (starts(i) < 0 || starts(i) > stops(i) || stops(i) > int64_t(series.shape(1)))
            throw std::invalid_argument("a part lies outside its series");
}

void median_slopes(Series series, Ints starts, Ints stops, Out<double> out, int threads) {
    check_parts(series, starts, stops, out.shape(0));
    nb::gil_scoped_release unlocked;
    optimap::median_slopes(series.data(), int64_t(series.shape(1)), starts.data(), stops.data(),
                           int64_t(series.shape(0)), out.data(), threads);
}

void falling_pairs(Series series, Ints starts, Ints stops, Out<int64_t> falling, Out<int64_t> level, int threads) {
    check_parts(series, starts, stops, std::min(falling.shape(0), level.shape(0)));
    nb::gil_scoped_release unlocked;
    optimap::falling_pairs(series.data(), int64_t(series.shape(1)), starts.data(), stops.data(),
                           int64_t(series.shape(0)), falling.data(), level.data(), threads);
}

// One whole number for each series, `least` or more, and a result of the same shape.
void check_smoother(const Series& series, const Ints& numbers, const Out<double, 2>& out, int64_t least) {
    if (numbers.shape(0) != series.shape(0) || out.shape(0) != series.shape(0) || out.shape(1) != series.shape(1))
        throw std::invalid_argument("there must be one number and one result for each series");
    if (series.shape(1) > size_t(std::numeric_limits<int32_t>::max())) throw std::invalid_argument("series are too long");
    for (size_t i = 0; i < numbers.shape(0); ++i)
        if (numbers(i) < least) throw std::invalid_argument("a number is too small");
}

void running_medians(Series series, Ints windows, Out<double, 2> out, int threads) {
    check_smoother(series, windows, out, 1);
    nb::gil_scoped_release unlocked;
    optimap::running_medians(series.data(), int64_t(series.shape(1)), windows.data(), int64_t(series.shape(0)),
                             out.data(), threads);
}

void coarse_splines(Series series, Ints knots, Out<double, 2> out, int threads) {
    check_smoother(series, knots, out, 0);
    nb::gil_scoped_release unlocked;
    optimap::coarse_splines(series.data(), int64_t(series.shape(1)), knots.data(), int64_t(series.shape(0)),
                            out.data(), threads);
}

void find_beats(Series series, double min_snr, double min_amplitude, Out<double, 2> slopes, Out<double> scales,
                int threads) {
    if (slopes.shape(0) != series.shape(0) || slopes.shape(1) != series.shape(1) || scales.shape(0) != series.shape(0))
        throw std::invalid_argument("there must be one slope for each sample and one scale for each series");
    if (series.shape(1) < 1) throw std::invalid_argument("series are empty");
    nb::gil_scoped_release unlocked;
    optimap::find_beats(series.data(), int64_t(series.shape(1)), int64_t(series.shape(0)), min_snr, min_amplitude,
                        slopes.data(), scales.data(), threads);
}

void measure_beats(Series series, Ints first, Ints lows, Ints highs, Vector<double> levels, double sigma, double smooth,
                   double min_snr, bool by_threshold, bool from_level, bool is_linear, bool is_checked,
                   Out<double, 2> out, Out<uint8_t, 2> reasons, int threads) {
    const size_t beats = lows.shape(0), columns = optimap::kLevels + 2 * levels.shape(0);
    if (first.shape(0) != series.shape(0) + 1 || highs.shape(0) != beats || out.shape(0) != beats ||
        reasons.shape(0) != beats || out.shape(1) != columns || reasons.shape(1) != columns)
        throw std::invalid_argument("there must be one window and one row of results for each beat");
    if (series.shape(1) < 1 || !(sigma > 0 && smooth > 0)) throw std::invalid_argument("series or filters are empty");
    for (size_t m = 0; m + 1 < first.shape(0); ++m)
        if (first(m) < 0 || first(m) > first(m + 1)) throw std::invalid_argument("beats are not in order");
    if (first(first.shape(0) - 1) != int64_t(beats)) throw std::invalid_argument("beats are not in order");
    optimap::BeatSettings settings{{levels.data(), levels.data() + levels.shape(0)}, sigma, smooth, min_snr,
                                   by_threshold, from_level, is_linear, is_checked};
    nb::gil_scoped_release unlocked;
    optimap::measure_beats(series.data(), int64_t(series.shape(1)), int64_t(series.shape(0)), first.data(), lows.data(),
                           highs.data(), settings, out.data(), reasons.data(), threads);
}

void asls_baselines(Series series, Vector<double> lam, double above, int64_t solutions, double tolerance,
                    Out<double, 2> out, int threads) {
    if (lam.shape(0) != series.shape(0) || out.shape(0) != series.shape(0) || out.shape(1) != series.shape(1))
        throw std::invalid_argument("there must be one number and one result for each series");
    nb::gil_scoped_release unlocked;
    optimap::asls(series.data(), int64_t(series.shape(1)), lam.data(), int64_t(series.shape(0)),
                  {above, solutions, tolerance}, out.data(), threads);
}

void exponential_baselines(Series series, Vector<double> tolerance, double fewest, Out<double, 2> out, int threads) {
    if (tolerance.shape(0) != series.shape(0) || out.shape(0) != series.shape(0) || out.shape(1) != series.shape(1))
        throw std::invalid_argument("there must be one number and one result for each series");
    nb::gil_scoped_release unlocked;
    optimap::exponential_baselines(series.data(), int64_t(series.shape(1)), int64_t(series.shape(0)), tolerance.data(),
                                   fewest, out.data(), threads);
}

// Frames as (T, pixels), of which `out` has those from `first` on.
void smooth_in_time(Series frames, Vector<double> half, int64_t first, Result out, int threads) {
    const int64_t length = int64_t(frames.shape(0)), pixels = int64_t(frames.shape(1));
    if (out.ndim() != 2 || int64_t(out.shape(1)) != pixels || (pixels > 1 && out.stride(1) != 1) ||
        (out.shape(0) > 1 && out.stride(0) != pixels))
        throw std::invalid_argument("out must be C-contiguous, (frames, pixels)");
    const int64_t count = int64_t(out.shape(0)), reach = int64_t(half.shape(0)) - 1;
    if (reach < 0 || first < 0 || first > length || count > length - first)
        throw std::invalid_argument("out lies outside the frames, or the filter is empty");
    const auto to = [&](auto number) {
        using Out = decltype(number);
        if (out.dtype() != nb::dtype<Out>()) return false;
        Out* result = static_cast<Out*>(out.data());
        nb::gil_scoped_release unlocked;
        optimap::smooth_in_time(frames.data(), length, pixels, half.data(), reach, first, count, result, threads);
        return true;
    };
    if (!(to(float{}) || to(double{}))) throw std::invalid_argument("wrong dtype of out");
}

NB_MODULE(_compiled, m) {
    m.def("find_beats", &find_beats, nb::arg("series"), nb::arg("min_snr"), nb::arg("min_amplitude"),
          nb::arg("slopes"), nb::arg("scales"), nb::arg("threads"));
    m.def("measure_beats", &measure_beats, nb::arg("series"), nb::arg("first"), nb::arg("lows"), nb::arg("highs"),
          nb::arg("levels"), nb::arg("sigma"), nb::arg("smooth"), nb::arg("min_snr"), nb::arg("by_threshold"),
          nb::arg("from_level"), nb::arg("is_linear"), nb::arg("is_checked"), nb::arg("out"), nb::arg("reasons"),
          nb::arg("threads"));
    m.def("extremes", &extremes, nb::arg("samples"), nb::arg("low"), nb::arg("high"), nb::arg("threads"));
    m.def("rescale", &rescale, nb::arg("samples"), nb::arg("low"), nb::arg("span"), nb::arg("ymin"), nb::arg("ymax"),
          nb::arg("clip"), nb::arg("out"), nb::arg("threads"));
    m.def("pixel_values", &pixel_values, nb::arg("frames"), nb::arg("rows"), nb::arg("columns"), nb::arg("out"),
          nb::arg("threads"));
    m.def("span_means", &span_means, nb::arg("frames"), nb::arg("rows"), nb::arg("starts"), nb::arg("stops"),
          nb::arg("weights"), nb::arg("first"), nb::arg("out"), nb::arg("omit_nan"), nb::arg("sums"),
          nb::arg("threads"));
    m.def("box_means", &box_means, nb::arg("frames"), nb::arg("top"), nb::arg("bottom"), nb::arg("left"),
          nb::arg("right"), nb::arg("out"), nb::arg("sums"), nb::arg("threads"));
    m.def("median_slopes", &median_slopes, nb::arg("series"), nb::arg("starts"), nb::arg("stops"), nb::arg("out"),
          nb::arg("threads"));
    m.def("falling_pairs", &falling_pairs, nb::arg("series"), nb::arg("starts"), nb::arg("stops"), nb::arg("falling"),
          nb::arg("level"), nb::arg("threads"));
    m.def("running_medians", &running_medians, nb::arg("series"), nb::arg("windows"), nb::arg("out"),
          nb::arg("threads"));
    m.def("asls_baselines", &asls_baselines, nb::arg("series"), nb::arg("lam"), nb::arg("above"), nb::arg("solutions"),
          nb::arg("tolerance"), nb::arg("out"), nb::arg("threads"));
    m.def("exponential_baselines", &exponential_baselines, nb::arg("series"), nb::arg("tolerance"), nb::arg("fewest"),
          nb::arg("out"), nb::arg("threads"));
    m.def("upstroke_times", &upstroke_times, nb::arg("frames"), nb::arg("sign"), nb::arg("sigma"), nb::arg("min_snr"),
          nb::arg("out"), nb::arg("threads"));
    m.def("crossing_times", &crossing_times, nb::arg("frames"), nb::arg("sign"), nb::arg("threshold"),
          nb::arg("lasting"), nb::arg("min_snr"), nb::arg("is_first"), nb::arg("out"), nb::arg("threads"));
    m.def("coarse_splines", &coarse_splines, nb::arg("series"), nb::arg("knots"), nb::arg("out"), nb::arg("threads"));
    m.def("smooth_in_space", &smooth_in_space, nb::arg("frames"), nb::arg("half"), nb::arg("out"), nb::arg("threads"));
    m.def("smooth_in_time", &smooth_in_time, nb::arg("frames"), nb::arg("half"), nb::arg("first"), nb::arg("out"),
          nb::arg("threads"));
    m.def("watch_map", &optimap::watch_map, nb::arg("start"), nb::arg("nbytes"));
    m.def("forget_map", &optimap::forget_map, nb::arg("node"));
    m.def("is_cut", &optimap::is_cut, nb::arg("node"));
    m.def("handles_cuts", &optimap::handles_cuts);
    m.def("keep_handler", &optimap::keep_handler);
    m.def("handle_cuts", &optimap::handle_cuts, nb::arg("wakes"));
}
