// Loops over frames of recordings: means of windows of any form, and single pixels.

#include "interface.hpp"

#include "pixel_values.hpp"
#include "span_means.hpp"

namespace {

void span_means(Video video, Ints rows, Ints starts, Ints stops, Vector<double> weights, Ints first, Result out,
                bool omit_nan, bool sums, int threads) {
    const int64_t windows = int64_t(first.shape(0)) - 1;
    check_shapes(video, out, windows);
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

void pixel_values(Video video, Ints rows, Ints columns, Result out, int threads) {
    const int64_t count = int64_t(rows.shape(0));
    check_shapes(video, out, count);
    for (int64_t i = 0; i < count; ++i)
        if (rows(i) < 0 || rows(i) >= int64_t(video.shape(1)) || columns(i) < 0 ||
            columns(i) >= int64_t(video.shape(2)))
            throw std::invalid_argument("a pixel lies outside the frame");
    dispatch(video, out, [&](auto frames, auto* result) {
        optimap::pixel_values(frames, rows.data(), columns.data(), count, result, threads);
    });
}

}  // namespace

void add_spans(nb::module_& m) {
    m.def("span_means", &span_means, nb::arg("frames"), nb::arg("rows"), nb::arg("starts"), nb::arg("stops"),
          nb::arg("weights"), nb::arg("first"), nb::arg("out"), nb::arg("omit_nan"), nb::arg("sums"),
          nb::arg("threads"));
    m.def("pixel_values", &pixel_values, nb::arg("frames"), nb::arg("rows"), nb::arg("columns"), nb::arg("out"),
          nb::arg("threads"));
}
