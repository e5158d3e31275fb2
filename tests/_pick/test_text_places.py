"""Numbers and names on the image: next to what they name, inside of the image, none on top of another."""

import pytest

from tests._pick.views import VIDEO, click, difference, drawing, mouse, positions_view, traces_view

CROWDED = [(10 + i % 8, 5 + i // 8) for i in range(64)]
EDGES = [(29, 0), (29, 19), (0, 0), (0, 19), (15, 10)]


def seen(view):
    """Return the texts on the image that are seen, after a full draw."""
    view.figure.canvas.draw()
    return [text for text in view.ax_image.texts if text.get_visible() and text.get_text()]


def boxes(texts):
    """Return where texts are, without the space around letters."""
    return [text.get_window_extent().shrunk(0.8, 0.7) for text in texts]


@pytest.mark.parametrize("size", [(6.4, 4.8), (8, 6), (14, 7)])
@pytest.mark.parametrize("positions", [CROWDED, EDGES], ids=["crowded", "edges"])
def test_numbers_cover_no_other_and_are_not_cut_off(positions, size):
    view = traces_view(positions=positions)
    view.figure.set_size_inches(size)
    found = boxes(seen(view))
    assert len(found) > 3
    image = view.ax_image.bbox
    for i, box in enumerate(found):
        assert image.x0 - 2 <= box.x0
        assert box.x1 <= image.x1 + 2
        assert box.y1 <= image.y1 + 2
        assert not any(box.overlaps(other) for other in found[:i])


def test_few_numbers_stand_above_to_the_right_as_before():
    view = positions_view(positions=[(5, 5), (20, 10)])
    assert [(text.get_text(), text.get_position()) for text in seen(view)] == [("1", (6, 5)), ("2", (6, 5))]


def test_a_number_without_room_appears_while_the_mouse_is_on_its_point():
    view = positions_view(positions=[(10, 10)] * 9)
    shown = {text.get_text() for text in seen(view)}
    hidden = next(point for point in view.picker.points if str(point.number) not in shown)
    view.notice(hidden.key)
    assert {text.get_text() for text in seen(view)} - shown == {str(hidden.number)}
    view.notice(None)
    assert {text.get_text() for text in seen(view)} == shown
    assert difference(view) == 0


def test_numbers_find_their_places_after_a_drag_and_a_removal():
    view = positions_view(positions=[(10, 10), (20, 10)])
    mouse(view, "button_press_event", (20, 10), 1)
    for x in (22, 29):
        mouse(view, "motion_notify_event", (x, 0), 1)
    mouse(view, "button_release_event", (29, 0), 1)
    assert {text.get_text(): text.get_position() for text in seen(view)} == {"1": (6, 5), "2": (-6, -5)}
    click(view, (10, 10), button=3)
    assert [text.get_text() for text in seen(view)] == ["1"]
    assert difference(view) == 0


def test_names_without_room_are_numbers():
    view = drawing()
    for x in range(0, VIDEO.shape[2] - 4, 4):
        view.picker.draw("rectangle", [(x, 5), (x + 3, 5), (x + 3, 12), (x, 12)])
    found = seen(view)
    assert [text.get_text().split()[0] for text in found] == [str(i + 1) for i in range(len(view.picker.shapes))]
    assert any(text.get_text().isdigit() for text in found)
    for i, box in enumerate(boxes(found)):
        assert not any(box.overlaps(other) for other in boxes(found[:i]))
