"""Fast drawing: the canvas always looks as a full draw would make it."""

from tests._pick.views import CLOCK, click, difference, mouse, traces_view


def test_fast_drawing_looks_like_a_full_draw():
    view = traces_view(positions=[(3, 3)])
    actions = [
        lambda: click(view, (5, 5)),
        lambda: click(view, (20, 10)),
        lambda: click(view, (20, 10)),
        lambda: click(view, (12, 12), button=3),
        lambda: view.picker.undo(),
        lambda: view.show_frame(30),
        lambda: view.resize(1),
        lambda: mouse(view, "button_press_event", (20, 10), 1),
        lambda: mouse(view, "motion_notify_event", (22, 11)),
        lambda: mouse(view, "motion_notify_event", (25, 12)),
        lambda: mouse(view, "button_release_event", (25, 12), 1),
        lambda: view.picker.clear(),
    ]
    for i, act in enumerate(actions):
        CLOCK.sleep(1)
        act()
        # While it is dragged, a point is drawn on top of the others, and antialiased edges are blended twice.
        assert difference(view) < 2e-3, f"after action {i}"


def test_a_colour_scale_stays_when_frames_change():
    view = traces_view(display={"cmap": "gray", "colorbar": "counts"})
    view.show_frame(20)
    assert difference(view) < 2e-3


def test_a_saved_figure_shows_points_and_traces(tmp_path):
    empty, picked = traces_view(), traces_view(positions=[(5, 5)])
    pictures = []
    for i, view in enumerate((empty, picked)):
        view.figure.savefig(tmp_path / f"{i}.png")
        pictures.append((tmp_path / f"{i}.png").read_bytes())
    assert len(pictures[1]) > len(pictures[0]) + 1000
