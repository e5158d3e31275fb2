// The compiled loops and their Python door. Each loop has a NumPy twin in _numpy.py: same name, same
// arguments, same numbers.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>

#include "span_means.hpp"

namespace nb = nanobind;
using optimap::Spans;

template <class T>
using Vector = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Video = nb::ndarray<nb::ro, nb::ndim<3>, nb::device::cpu>;

template <class Pixel, class Out>
void run(const Video& video, const Spans& spans, nb::ndarray<>& out, bool omit_nan, int threads) {
    if (out.dtype() != nb::dtype<Out>()) throw std::invalid_argument("span_means: wrong dtype of out");
    optimap::Frames<Pixel> frames{static_cast<const Pixel*>(video.data()), int64_t(video.shape(0)),
                                  video.stride(0), video.stride(1)};
    Out* result = static_cast<Out*>(out.data());
    nb::gil_scoped_release unlocked;
    optimap::span_means(frames, spans, result, omit_nan, threads);
}

void span_means(Video video, Vector<int64_t> rows, Vector<int64_t> starts, Vector<int64_t> stops,
                Vector<double> weights, Vector<int64_t> first, nb::ndarray<> out, bool omit_nan, int threads) {
    const int64_t windows = int64_t(first.shape(0)) - 1;
    // Only what would read or write outside memory is checked here; the Python side explains errors.
    if (video.shape(2) > 1 && video.stride(2) != 1)
        throw std::invalid_argument("span_means: pixels of a row must be neighbours in memory");
    if (out.ndim() != 2 || int64_t(out.shape(0)) != int64_t(video.shape(0)) ||
        int64_t(out.shape(1)) != windows || (out.shape(1) > 1 && out.stride(1) != 1) ||
        (out.shape(0) > 1 && out.stride(0) != windows))
        throw std::invalid_argument("span_means: out must be C-contiguous, (frames, windows)");
    for (size_t i = 0; i < rows.shape(0); ++i)
        if (rows(i) < 0 || rows(i) >= int64_t(video.shape(1)) || starts(i) < 0 || starts(i) > stops(i) ||
            stops(i) > int64_t(video.shape(2)))
            throw std::invalid_argument("span_means: a span lies outside the frame");

    Spans spans{rows.data(), starts.data(), stops.data(), weights.data(), first.data(), windows};
    const auto dtype = video.dtype();
    if (dtype == nb::dtype<uint8_t>()) run<uint8_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<int8_t>()) run<int8_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<uint16_t>()) run<uint16_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<int16_t>()) run<int16_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<uint32_t>()) run<uint32_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<int32_t>()) run<int32_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<uint64_t>()) run<uint64_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<int64_t>()) run<int64_t, double>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<float>()) run<float, float>(video, spans, out, omit_nan, threads);
    else if (dtype == nb::dtype<double>()) run<double, double>(video, spans, out, omit_nan, threads);
    else throw std::invalid_argument("span_means: unsupported dtype");
}

NB_MODULE(_compiled, m) {
    m.def("span_means", &span_means, nb::arg("frames"), nb::arg("rows"), nb::arg("starts"), nb::arg("stops"),
          nb::arg("weights"), nb::arg("first"), nb::arg("out"), nb::arg("omit_nan"), nb::arg("threads"));
}
