"""The widget: what is drawn and saved is what `extract_traces` returns at the same places."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import QFileDialog

from conftest import COLUMNS, FPS, FRAMES, lines
from optimap.trace import delta_f_over_f, extract_traces, load_traces, normalize, regions
from optimap.video import Recording
from optimap_napari import add_recording

TRIANGLE = [(1, 5), (1, 12), (7, 12)]  # (row, column)


def test_traces_of_points_follow_them(viewer, video, widget, settle):
    points = viewer.add_points([(3, 2, 12), (0, 7, 1)])
    drawn = settle(2)
    np.testing.assert_array_equal(np.stack([drawn["1"], drawn["2"]], 1), extract_traces(video, [(12, 2), (1, 7)]))
    points.data = [(3, 5, 10)]
    np.testing.assert_array_equal(settle(1)["1"], extract_traces(video, (10, 5)))
    points.add((0, 4, 4))
    settle(2)
    viewer.layers.remove(points)
    settle(0)


def test_traces_of_shapes_follow_them(viewer, video, widget, settle):
    shapes = viewer.add_shapes([TRIANGLE], shape_type="polygon", name="cells")
    xy = [(column, row) for row, column in TRIANGLE]
    np.testing.assert_array_equal(settle(1)["1"], extract_traces(video, [xy])[:, 0])
    shapes.add_ellipses(np.array([(2, 2), (2, 12), (6, 12), (6, 2)]))
    drawn = settle(2)
    np.testing.assert_array_equal(drawn["2"], extract_traces(video, shapes)[:, 1])
    assert not np.array_equal(drawn["1"], drawn["2"])


def test_what_is_hidden_is_not_drawn(viewer, widget, settle):
    points, shapes = viewer.add_points([(2, 12)]), viewer.add_shapes([TRIANGLE], shape_type="polygon")
    assert list(settle(2)) == ["Points 1", "Shapes 1"]
    shapes.visible = False
    assert list(settle(1)) == ["1"]
    points.visible = False
    settle(0)


def test_the_window_and_the_switches(viewer, video, widget, settle):
    viewer.add_points([(2, 12), (5, 5)])
    settle(2)
    controls, expected = widget.controls, extract_traces(video, [(12, 2), (5, 5)], size=3, window="disc")
    controls.size_box.setValue(3)
    controls.shape_box.setCurrentText("disc")
    np.testing.assert_array_equal(np.stack(list(settle(2).values()), 1), expected)
    controls.relative.setChecked(True)
    np.testing.assert_array_equal(np.stack(list(settle(2).values()), 1), expected)  # noise has no beats
    assert "polarity of signals is undecided" in controls.message.text()
    assert controls.message.text().endswith("choose the direction of beats above")
    controls.polarity.setCurrentText("down")
    np.testing.assert_array_equal(np.stack(list(settle(2).values()), 1), delta_f_over_f(expected, polarity="down"))
    controls.normalized.setChecked(True)
    shown = np.stack(list(settle(2).values()), 1)
    np.testing.assert_array_equal(shown, normalize(delta_f_over_f(expected, polarity="down")))
    assert controls.plot.figure.axes[0].get_ylabel() == "Normalized"


def test_the_cursor_follows_the_slider_and_the_slider_the_mouse(viewer, widget, settle, qtbot):
    viewer.add_points([(2, 12)])
    settle(1)
    plot = widget.controls.plot
    viewer.dims.set_current_step(0, 7)
    assert plot.cursor == pytest.approx(7 / FPS)
    plot.resize(500, 300)
    plot.draw()
    at = plot.figure.axes[0].transData.transform((31 / FPS, plot.figure.axes[0].get_ylim()[0] + 1))
    where = QPoint(round(at[0] / plot.device_pixel_ratio), plot.height() - round(at[1] / plot.device_pixel_ratio) - 1)
    qtbot.mouseClick(plot, Qt.MouseButton.LeftButton, pos=where)
    assert viewer.dims.current_step[0] == 31
    assert plot.cursor == pytest.approx(31 / FPS)


def test_a_scaled_recording_has_the_same_traces(viewer, video, widget, settle):
    recording = Recording.from_array(video, fps=FPS, pixel_size=0.1)
    viewer.add_image(recording, scale=(1, 0.1, 0.1), translate=(0, 3, 5), name="scaled", metadata={"fps": FPS})
    widget.controls.video.setCurrentText("scaled")
    layer = widget.add_points()
    layer.add((2, 12))
    np.testing.assert_array_equal(settle(1)["1"], extract_traces(video, (12, 2)))
    np.testing.assert_array_equal(layer.data_to_world((2, 12)), (3.2, 6.2))


def test_the_recording_can_be_chosen_and_changed(viewer, video, widget, settle, recording):
    viewer.add_points([(2, 12)])
    settle(1)
    other = viewer.add_image(video[::-1].copy(), name="other", rgb=False)
    widget.controls.video.setCurrentText("other")
    expected = extract_traces(video, (12, 2))
    np.testing.assert_array_equal(settle(1)["1"], expected[::-1])
    assert widget.controls.plot.figure.axes[0].get_xlabel() == "Frame"
    widget.controls.rate.setValue(100)
    settle(1)
    assert widget.controls.plot.figure.axes[0].get_xlabel() == "Time [s]"
    assert other.metadata["fps"] == 100
    other.data = video
    np.testing.assert_array_equal(settle(1)["1"], expected)
    other.name = "renamed"
    assert widget.controls.video.currentText() == "renamed"
    viewer.layers.remove(other)
    assert widget.video is recording


def test_dask_and_several_scales(viewer, video, widget, settle):
    import dask.array as da

    viewer.add_image(da.from_array(video, chunks=(7, 9, 5)), name="dask", rgb=False)
    viewer.add_image([video, video[:, ::2, ::2]], name="pyramid", multiscale=True)
    viewer.add_points([(2, 12)])
    for name in ("dask", "pyramid"):
        widget.controls.video.setCurrentText(name)
        np.testing.assert_array_equal(settle(1)["1"], extract_traces(video, (12, 2)))


def test_images_and_colours_are_no_recordings(viewer, widget):
    viewer.add_image(np.zeros((9, 14)), name="flat")
    viewer.add_image(np.zeros((9, 14, 3), np.uint8), name="colour", rgb=True)
    assert [widget.controls.video.itemText(i) for i in range(widget.controls.video.count())] == ["rec"]


def test_irregular_times_are_the_axis(viewer, video, widget, settle):
    xr = pytest.importorskip("xarray")
    times = np.cumsum(1 + np.arange(FRAMES) % 3) / 100.0
    irregular = Recording.from_array(xr.DataArray(video, dims=("time", "y", "x"), coords={"time": times}))
    assert irregular.fps is None
    viewer.add_image(irregular, name="irregular", rgb=False)
    widget.controls.video.setCurrentText("irregular")
    viewer.add_points([(2, 12)])
    settle(1)
    viewer.dims.set_current_step(0, 9)
    assert widget.controls.plot.cursor == times[9]
    np.testing.assert_array_equal(widget.table().axis, times)


def test_places_without_a_trace_are_named(viewer, widget, settle):
    viewer.add_points([(2, 12), (2, COLUMNS)])
    viewer.add_shapes([[(1, 1), (4, 9)]], shape_type="line")
    assert list(settle(1)) == ["Points 1"]
    said = widget.controls.message.text()
    assert "Points 2 is outside the frame (width 14, height 9)" in said
    assert "Shapes 1 is a line and has no area" in said


def test_too_few_frames_for_a_baseline_are_said(viewer, widget, settle, qtbot):
    viewer.add_image(np.arange(2 * 9 * 14.0).reshape(2, 9, 14), name="short", rgb=False)
    widget.controls.video.setCurrentText("short")
    viewer.add_points([(2, 12)])
    settle(1)
    widget.controls.relative.setChecked(True)
    qtbot.waitUntil(lambda: "traces" in widget.controls.message.text() or "signals" in widget.controls.message.text())
    np.testing.assert_array_equal(lines(widget)["1"], extract_traces(viewer.layers["short"].data, (12, 2)))


def test_a_recording_that_is_closed_can_be_opened_again(viewer, video, widget, settle, tmp_path, qtbot):
    np.save(tmp_path / "rec.npy", video)
    layer = add_recording(viewer, tmp_path / "rec.npy")
    widget.controls.video.setCurrentText("rec [1]")
    viewer.add_points([(2, 12)])
    settle(1)
    layer.data.close()
    viewer.add_points([(5, 5)])
    qtbot.waitUntil(lambda: "is closed: open it again" in widget.controls.message.text())
    layer.data = video
    assert len(settle(2)) == 2


def test_the_table_has_positions_names_and_times(viewer, video, widget, settle, tmp_path):
    points = viewer.add_points([(2, 12), (7.5, 1)], name="sites")
    points.features = {"name": ["apex", "base"]}
    viewer.add_shapes([TRIANGLE], shape_type="polygon", name="cell")
    path = tmp_path / "traces.csv"
    widget.save_table(path)  # whatever is drawn by now
    table = load_traces(path)
    expected = extract_traces(video, [(12, 2), (1, 7.5)])
    np.testing.assert_array_equal(table.traces[:, :2], expected)
    np.testing.assert_array_equal(table.positions[:2], [(12, 2), (1, 7.5)])
    area = regions([[(column, row) for row, column in TRIANGLE]])
    np.testing.assert_allclose(table.positions[2:], area.centers())
    np.testing.assert_array_equal(table.traces[:, 2:], extract_traces(video, area))
    assert (table.names, table.fps) == (["apex", "base", "cell 1"], FPS)
    assert table.metadata["recording"]["name"] == "rec"
    assert (table.metadata["size"], table.metadata["window"]) == (5, "rect")


def test_regions_are_read_again_from_imagej_files(viewer, video, widget, settle, tmp_path):
    viewer.add_points([(2, 12)])
    shapes = viewer.add_shapes([TRIANGLE, [(1, 6), (1, 12), (4, 12), (4, 6)]], shape_type=["polygon", "rectangle"])
    shapes.add_ellipses(np.array([(2, 2), (2, 12), (6, 12), (6, 2)]))
    drawn = settle(4)
    path = tmp_path / "regions.zip"
    widget.save_regions(path)
    again = regions(path)
    assert again.names == ["Shapes 1", "Shapes 2", "Shapes 3"]
    inner = again[[1, 2]]  # without centres of pixels on an edge, which belong to the other side in ImageJ
    np.testing.assert_array_equal(extract_traces(video, inner)[:, 1], drawn["Shapes 3"])


@pytest.mark.parametrize(("button", "name"), [("save_table", "traces.csv"), ("save_regions", "regions.zip")])
def test_the_buttons_ask_for_a_file(viewer, widget, settle, tmp_path, monkeypatch, button, name):
    viewer.add_shapes([TRIANGLE], shape_type="polygon")
    settle(1)
    given = []
    monkeypatch.setattr(QFileDialog, "exec", lambda self: len(given))
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda self: given)
    getattr(widget.controls, button).click()  # cancelled
    assert list(tmp_path.iterdir()) == []
    given.append(str(tmp_path / name))
    getattr(widget.controls, button).click()
    assert (tmp_path / name).is_file()


def test_a_labelled_video_is_a_recording(viewer, video, widget, settle):
    xr = pytest.importorskip("xarray")
    viewer.add_image(xr.DataArray(video, dims=("time", "y", "x")), name="labelled", rgb=False)
    widget.controls.video.setCurrentText("labelled")
    viewer.add_points([(2, 12)])
    np.testing.assert_array_equal(settle(1)["1"], extract_traces(video, (12, 2)))


def test_saving_is_offered_when_there_is_something(viewer, widget, settle):
    controls = widget.controls
    settle(0)
    assert not controls.save_table.isEnabled()
    viewer.add_points([(2, 12)])
    settle(1)
    assert controls.save_table.isEnabled()
    assert not controls.save_regions.isEnabled()
    viewer.add_shapes([TRIANGLE], shape_type="polygon")
    settle(2)
    assert controls.save_regions.isEnabled()


def test_many_traces_are_drawn_in_part_and_saved_whole(viewer, widget, settle):
    rows, columns = np.divmod(np.arange(100), COLUMNS)
    viewer.add_points(np.stack([rows, columns], 1))
    settle(60)
    assert "the first 60 of 100 traces" in widget.controls.message.text()
    assert widget.table().traces.shape == (FRAMES, 100)


def test_points_have_the_colours_of_their_traces(viewer, widget, settle):
    points = viewer.add_points([(2, 12), (5, 5)])
    settle(2)
    axes = widget.controls.plot.figure.axes[0]
    np.testing.assert_allclose(points.face_color, [to_rgba(line.get_color()) for line in axes.lines[:2]], atol=1e-6)


def test_a_viewer_without_a_recording(viewer, widget, recording, settle):
    viewer.layers.remove(recording)
    settle(0)
    viewer.add_points([(2, 12)])
    settle(0)
    assert widget.controls.rate.value() == 0
