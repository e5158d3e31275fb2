// Loops over frames of recordings: means of windows, single pixels, extremes and scales.

#include "interface.hpp"

#include "box_means.hpp"
#include "extremes.hpp"
#include "pixel_values.hpp"
#include "rescale.hpp"
#include "span_means.hpp"

namespace {

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

}  // namespace

void add_means(nb::module_& m) {
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
}
