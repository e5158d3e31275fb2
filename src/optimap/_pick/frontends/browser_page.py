"""The page of one figure: its text and its script, as the browser gets them.

The figure fills the window below a bar that is always in sight. matplotlib's script draws and sends events; its own
title and toolbar are hidden, and the size that the page has room for is the size of the figure. The page holds no
picks: after a reload, or when the program answers again, it shows what the program holds.
"""

import html
import json

DOWNLOADS = ("png", "pdf", "svg", "tif")
FINISHED, CANCELLED = 4000, 4001  # codes with which the program closes the connection

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><title>{name}</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="static/css/page.css"><link rel="stylesheet" href="static/css/boilerplate.css">
<link rel="stylesheet" href="static/css/fbm.css"><link rel="stylesheet" href="static/css/mpl.css">
<script src="mpl.js"></script>
<style>
html, body {{ height: 100%; margin: 0; overflow: hidden; }}
body {{ display: flex; flex-direction: column; font: 14px system-ui, sans-serif; }}
#bar {{ display: flex; flex-wrap: wrap; flex: none; align-items: center; gap: 4px 6px; padding: 6px 10px;
  border-bottom: 1px solid #ddd; }}
#bar button, #bar select {{ font: inherit; padding: 4px 10px; border: 1px solid #bbb; border-radius: 4px;
  background: white; color: #222; cursor: pointer; }}
#bar button:hover {{ background: #f0f0f0; }}
#bar button.active {{ background: #dbe9ff; border-color: #1f6feb; }}
#bar #done {{ background: #1f6feb; border-color: #1f6feb; color: white; padding: 4px 22px; }}
#bar button:disabled, #bar select:disabled {{ opacity: .45; cursor: default; }}
#bar .gap {{ width: 6px; }}
#state {{ flex: 1 1 150px; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }}
#state.problem {{ color: #b22222; font-weight: 600; white-space: normal; }}
#place {{ position: fixed; right: 4px; bottom: 2px; padding: 0 4px; background: white; pointer-events: none;
  color: #555; font-variant-numeric: tabular-nums; white-space: pre; }}
#figure {{ flex: 1 1 0; min-height: 0; overflow: hidden; }}
#figure .ui-dialog-titlebar, #figure .mpl-toolbar {{ display: none; }}
#figure div {{ box-sizing: content-box; border: 0 !important; resize: none !important; }}
#figure.over {{ opacity: .4; pointer-events: none; }}
</style>
</head>
<body>
<div id="bar">
<button id="done" title="End picking, and use what is picked">Done</button>
<button id="cancel" title="End picking; nothing is saved">Cancel</button><span class="gap"></span>
<button data-key="ctrl+kz" title="Undo (Ctrl+Z)">Undo</button>
<button data-key="ctrl+ky" title="Redo (Ctrl+Y)">Redo</button><span class="gap"></span>
<button data-tool="zoom" title="Enlarge: drag a box; press again to pick">Zoom</button>
<button data-tool="pan" title="Move the picture; press again to pick">Pan</button>
<button data-tool="home" title="Show everything">All</button><span class="gap"></span>
<select id="save" title="Save a picture of the figure"><option value="">Picture</option>{formats}</select>
<button data-key="k?" title="Clicks and keys">?</button>
<span id="state">{name}</span><span id="place"></span>
</div>
<div id="figure"></div>
<script src="page.js"></script>
</body>
</html>
"""
SCRIPT = """
const find = (id) => document.getElementById(id);
const room = find("figure"), state = find("state"), tools = document.querySelectorAll("[data-tool]");
const address = location.href.replace(/^http/, "ws").replace(/[^/]*$/, "") + "ws";
const socket = new (mpl.get_websocket_type())(address);
const figure = new mpl.figure("1", socket, () => {}, room);
let over = false, timer = null;

function say(text, problem) {
  state.textContent = text;
  state.classList.toggle("problem", problem);
}
function end(text) {
  over = true;
  room.classList.add("over");
  document.querySelectorAll("#bar button, #bar select").forEach((each) => { each.disabled = true; });
  say(text, false);
}
function finished() { end("Finished. You can close this page."); }
function cancelled() { end("Cancelled, nothing saved. You can close this page."); }

// The page has the size, not the figure: it is asked for whenever it, or the ratio of the pixels, has changed.
figure._resize_canvas = () => {};
function fit() {
  timer = null;
  if (socket.readyState !== 1 || over) return;
  const ratio = window.devicePixelRatio || 1;
  const changed = ratio !== figure.ratio;
  figure.ratio = ratio;
  figure.send_message("set_device_pixel_ratio", { device_pixel_ratio: ratio });
  const width = Math.max(room.clientWidth, 320), height = Math.max(room.clientHeight, 240);
  const style = figure.canvas_div.style, old = style.width + style.height;
  style.width = width + "px";
  style.height = height + "px";
  if (changed || old === style.width + style.height) figure.request_resize(width, height);
}
function fit_soon() { if (timer === null) timer = setTimeout(fit, 80); }
new ResizeObserver(fit_soon).observe(room);
window.addEventListener("resize", fit_soon);
window.addEventListener("focus", fit_soon);  // another page of the same figure may have had another size
socket.addEventListener("open", fit);

figure.handle_message = (_, message) => { find("place").textContent = message.message.replaceAll("\\n", " "); };
figure.handle_history_buttons = () => {};
figure.handle_figure_label = () => {};
figure.handle_navigate_mode = (_, message) => {
  tools.forEach((each) => each.classList.toggle("active", each.dataset.tool === message.mode.toLowerCase()));
};
figure.handle_save = () => {};

function press(element, action) {
  element.addEventListener("click", () => { action(); figure.canvas_div.focus(); });
}
tools.forEach((each) => press(each, () => figure.send_message("toolbar_button", { name: each.dataset.tool })));
document.querySelectorAll("[data-key]").forEach((each) => press(each, () => {
  for (const type of ["key_press", "key_release"]) figure.send_message(type, { key: each.dataset.key });
}));
find("save").addEventListener("change", (event) => {
  const link = document.createElement("a");
  link.href = "download." + event.target.value;
  link.download = "";
  link.click();
  event.target.selectedIndex = 0;
});

function lost() {
  if (over) return;
  say("No connection to the program. The page tries again; picks are kept as long as the program runs.", true);
  setTimeout(() => fetch(location.href).then((answer) => answer.ok ? location.reload() : lost(), lost), 1500);
}
socket.addEventListener("close", (event) => {
  if (event.code === FINISHED) finished();
  else if (event.code === CANCELLED) cancelled();
  else lost();
});
function ask(what, answered) {
  fetch(what, { method: "POST" }).then((answer) => { if (answer.ok) answered(); }, () => {});
}
find("done").addEventListener("click", () => {
  if (socket.readyState !== 1) return ask("done", finished);
  figure.send_message("done", {});  // behind all clicks and keys before it
  if (!over) say("Finishing\u2026", false);
});
find("cancel").addEventListener("click", () => ask("cancel", cancelled));
"""


def page_text(name: str) -> str:
    """Return the page of a figure with a name."""
    formats = "".join(f'<option value="{suffix}">{suffix.upper()}</option>' for suffix in DOWNLOADS)
    return PAGE.format(name=html.escape(name), formats=formats)


def page_script() -> str:
    """Return the page's own script."""
    codes = {"FINISHED": FINISHED, "CANCELLED": CANCELLED}
    return "".join(f"const {name} = {json.dumps(code)};\n" for name, code in codes.items()) + SCRIPT
