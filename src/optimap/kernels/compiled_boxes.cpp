// The loop over frames of recordings that computes means of boxes.

#include "interface.hpp"

#include "box_means.hpp"

namespace {

void box_means(Video video, Ints top, Ints bottom, Ints left, Ints right, Result out, bool sums, int threads) {
    const int64_t count = int64_t(top.shape(0)), height = int64_t(video.shape(1)), width = int64_t(video.shape(2));
    check_shapes(video, out, count);
    check_inside(video, top, bottom, left, right);
    if (height > 65536) throw std::invalid_argument("more than 65536 rows");
    for (int64_t i = 0; i < count; ++i)
        if (top(i) == bottom(i) || left(i) == right(i)) throw std::invalid_argument("a box is empty");
    optimap::Boxes boxes{top.data(), bottom.data(), left.data(), right.data(), count};
    dispatch(video, out, [&](auto frames, auto* result) {
        optimap::box_means(frames, width, boxes, result, sums, threads);
    });
}

}  // namespace

void add_boxes(nb::module_& m) {
    m.def("box_means", &box_means, nb::arg("frames"), nb::arg("top"), nb::arg("bottom"), nb::arg("left"),
          nb::arg("right"), nb::arg("out"), nb::arg("sums"), nb::arg("threads"));
}
