"""Translating mouse events on an image into calls of a `ShapePicker`: drawing regions, and editing their vertices.

A tool decides what a left press on free ground begins. On the outline of a region, or inside the selected one, it moves
the region; on a vertex of the selected one, that vertex. What is being drawn and is not a region yet is `path`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .mouse import Mouse
from .points import Position
from .shapes import FREEHAND, POLYGON, RECTANGLE, Shape, ShapePicker, Vertices, simplified

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import MouseEvent

TOOLS = (RECTANGLE, POLYGON, FREEHAND)


class ShapeMouse(Mouse):
    """Translates matplotlib's mouse events on the axes of an image into calls of a `ShapePicker`."""

    def __init__(
        self, ax: "Axes", picker: ShapePicker, *, on_path: Callable[[], None], on_release: Callable[[], None]
    ) -> None:
        super().__init__(ax, picker, on_release)
        self.shapes, self._on_path = picker, on_path
        self.size = 5  # pixels of the window that a click draws
        self.tool = RECTANGLE
        self.path: list[Position] = []
        self.mouse: Position | None = None  # where it is, while a polygon is drawn
        self._vertex: int | None = None
        self._from: tuple[Position, Vertices] | None = None  # where the mouse and a moved region were
        self._began: tuple[float, float] | None = None  # where the button went down, in pixels of the screen

    def choose(self, tool: str) -> None:
        """Choose what a press on free ground begins."""
        self.drop()
        self.tool = tool
        self._on_path()

    def drop(self) -> None:
        """Stop drawing and dragging; what is a region already stays."""
        super().drop()
        self.path, self.mouse = [], None
        self._vertex, self._from, self._began = None, None, None

    def step_back(self) -> None:
        """Take back the last vertex of the polygon that is being drawn."""
        self.path.pop()
        if not self.path:
            self.drop()
        self._on_path()

    def close_path(self) -> bool:
        """Make a region of what is being drawn; return whether it has an area."""
        path = self.path if self.tool == POLYGON else simplified(self.path)
        path = [place for i, place in enumerate(path) if i == 0 or place != path[i - 1]]
        if len(path) < 3:
            return False
        self.drop()
        self.shapes.draw(self.tool, path)
        self._settle()
        return True

    def _settle(self) -> None:
        """Report that nothing is being drawn or dragged any more."""
        self._on_path()
        if self._on_release is not None:
            self._on_release()

    def press(self, event: "MouseEvent") -> None:
        """Left: draw, or grab what is under the mouse. Right: remove the last vertex, a vertex, or a region."""
        position = self._position_of(event)
        if position is None:
            return
        if event.button == 3:
            self._press_right(event, position)
        elif event.button == 1:
            second = self._is_second_of_double(event)
            if self.tool == POLYGON and self.path:
                self._go_on(event, position, second)
            elif second:
                self._insert(event)
            else:
                self._press_left(event, position)

    def _press_right(self, event: "MouseEvent", position: Position) -> None:
        if self.path:
            self.step_back()
            return
        self.drop()
        selected, index = self._vertex_below(event)
        if selected is not None and index is not None and self.shapes.remove_vertex(selected.key, index):
            return
        below = self.shapes.at(position) or self._edge_below(event)
        if below is not None:
            self.shapes.remove(below.key)

    def _go_on(self, event: "MouseEvent", position: Position, second: bool) -> None:
        """Add a vertex to the polygon that is being drawn, or close it."""
        closes = second or self._is_near(event, self.path[0])
        if closes and self.close_path():
            return
        if not second:
            self.path.append(position)
            self._on_path()

    def _press_left(self, event: "MouseEvent", position: Position) -> None:
        selected, index = self._vertex_below(event)
        self._began = (event.x, event.y)
        if selected is not None and index is not None:
            self._held, self._vertex, self._continues = selected.key, index, False
            return
        below = self._edge_below(event)
        if below is None and selected is not None and selected.holds(position):
            below = selected
        if below is not None:
            self._held, self._continues = below.key, False
            self._from = (position, below.vertices)
            self.shapes.select(below.key)
        elif not self.shapes.full:
            self.path = [position]
            self._on_path()

    def _insert(self, event: "MouseEvent") -> None:
        """Insert a vertex into the edge of the selected region under the mouse, which then holds it."""
        selected, index = self._vertex_below(event)
        found = None if selected is None or index is not None else self._edge_of(selected, event)
        if selected is None or found is None:
            return
        edge, place = found
        if self.shapes.insert_vertex(selected.key, edge + 1, place):
            self._began = (event.x, event.y)
            self._held, self._vertex, self._continues = selected.key, edge + 1, True

    def motion(self, event: "MouseEvent") -> None:
        """Draw on, or drag what is held."""
        if self._began is None and self.path:  # a polygon, between clicks
            self.mouse = self._place(event)
            self._on_path()
            return
        gone = self._held is not None and self._held not in {shape.key for shape in self.shapes.shapes}
        if self._began is None or gone or self._missed_release(event):
            self._end()
            return
        if not self._dragging:
            began = self._began
            self._dragging = bool(np.hypot(event.x - began[0], event.y - began[1]) > self._points(self.SLACK))
        if self._dragging:
            self._drag(self._place(event))

    def _end(self) -> None:
        """Stop dragging; a polygon goes on."""
        if self._began is not None:
            path = self.path if self.tool == POLYGON else []
            self.drop()
            self.path = path

    def _drag(self, position: Position) -> None:
        if self._held is None and self.tool == RECTANGLE:
            self._held = self.shapes.draw(RECTANGLE, [self.path[0], position]).key
            # The corner under the mouse, whichever that is, and drawing and dragging are undone in one step.
            self._continues = True
            return
        if self._held is None:
            if self.tool == FREEHAND:
                self.path.append(position)
                self._on_path()
            return
        if self.path:
            done = self.shapes.reshape(self._held, [self.path[0], position], continues=True)
        elif self._vertex is not None:
            done = self.shapes.move_vertex(self._held, self._vertex, position, continues=self._continues)
        elif self._from is not None:
            (x, y), vertices = self._from
            by = position[0] - x, position[1] - y
            done = self.shapes.shift(self._held, vertices, by, continues=self._continues)
        self._continues = self._continues or done

    def release(self, event: "MouseEvent") -> None:
        """End what the press began."""
        if event.button != 1 or self._began is None:
            return
        self.motion(event)  # front ends may omit earlier motion events
        if self._held is not None:
            self.drop()
        elif self.tool == RECTANGLE and self.path:
            self._click(self.path[0])
        elif self.tool == FREEHAND and not self.close_path():
            self.drop()
        self._began, self._dragging = None, False
        self._settle()

    def _click(self, position: Position) -> None:
        """Select the region at a place, or draw the window of a point there."""
        self.drop()
        below = self.shapes.at(position)
        if below is not None:
            self.shapes.select(below.key)
        elif self._is_in_frame(position):
            self.shapes.window(position, self.size)

    def point_at(self, event: "MouseEvent") -> int | None:
        """Return the key of the region under the mouse."""
        position = self._position_of(event)
        below = None if position is None else self.shapes.at(position) or self._edge_below(event)
        return None if below is None else below.key

    def _place(self, event: "MouseEvent") -> Position:
        """Return the position of the mouse, also outside the axes."""
        x, y = self.ax.transData.inverted().transform((event.x, event.y))
        return float(x), float(y)

    def _is_near(self, event: "MouseEvent", place: Position) -> bool:
        px, py = self.ax.transData.transform(place)
        return bool(np.hypot(px - event.x, py - event.y) <= self._points(self.GRIP))

    def _vertex_below(self, event: "MouseEvent") -> tuple[Shape | None, int | None]:
        """Return the selected region, and which of its vertices is under the mouse."""
        selected = next((shape for shape in self.shapes.shapes if shape.key == self.shapes.selected), None)
        if selected is None:
            return None, None
        places = self.ax.transData.transform(np.array(selected.vertices, float))
        distances = np.hypot(places[:, 0] - event.x, places[:, 1] - event.y)
        nearest = int(distances.argmin())
        return selected, nearest if distances[nearest] <= self._points(self.GRIP) else None

    def _edge_below(self, event: "MouseEvent") -> Shape | None:
        """Return the region whose outline is under the mouse; of several, the one that was drawn last."""
        return next((shape for shape in reversed(self.shapes.shapes) if self._edge_of(shape, event)), None)

    def _edge_of(self, shape: Shape, event: "MouseEvent") -> tuple[int, Position] | None:
        """Return which edge of an outline is under the mouse, and the place on it that is nearest."""
        mouse, corners = np.array((event.x, event.y)), shape.outline()
        start = self.ax.transData.transform(corners)
        along = np.roll(start, -1, axis=0) - start
        length = np.maximum((along**2).sum(axis=1), 1e-12)
        part = np.clip(((mouse - start) * along).sum(axis=1) / length, 0, 1)
        away = np.hypot(*(start + part[:, None] * along - mouse).T)
        edge = int(away.argmin())
        if away[edge] > self._points(self.GRIP / 2):
            return None
        x, y = corners[edge] + part[edge] * (np.roll(corners, -1, axis=0)[edge] - corners[edge])
        return edge, (float(x), float(y))
