// The compiled loops and their Python interface. Each loop has a NumPy twin in _numpy.py: same name, same
// arguments, same numbers.

#include "cut_maps.hpp"
#include "interface.hpp"

NB_MODULE(_compiled, m) {
    m.attr("wide_vectors") = optimap::kHasWideVectors;
    add_spans(m);
    add_boxes(m);
    add_ranges(m);
    add_pixels(m);
    add_series(m);
    m.def("watch_map", &optimap::watch_map, nb::arg("start"), nb::arg("nbytes"));
    m.def("forget_map", &optimap::forget_map, nb::arg("node"));
    m.def("is_cut", &optimap::is_cut, nb::arg("node"));
    m.def("handles_cuts", &optimap::handles_cuts);
    m.def("keep_handler", &optimap::keep_handler);
    m.def("handle_cuts", &optimap::handle_cuts, nb::arg("wakes"));
}
