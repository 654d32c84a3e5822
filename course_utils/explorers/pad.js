// The drawing pad: strokes of a pen by mouse, finger or keyboard. The ink is seen at once; Python gets the strokes,
// at most one message in 60 ms, always the newest.

const PAUSE = 60; // ms between two messages
const STEP = 10; // pixels that an arrow key moves the pen: one pixel of the digit

function pad(spec, value, changed) {
  const size = spec.size;
  const canvas = make("canvas", { width: size, height: size, tabIndex: 0 });
  const context = canvas.getContext("2d");
  const bytes = new Uint8Array(spec.examples.buffer, spec.examples.byteOffset, spec.examples.byteLength);
  let { paper, strokes } = value; // strokes: [{ ink, points: [[x, y], …] }], from (0, 0) to (1, 1)
  let past = []; // what undo goes back to
  let erasing = false;
  let stroke = null; // the one that grows
  let pointer = null; // the finger that draws; others are ignored
  let pen = [size / 2, size / 2]; // of the keyboard, in pixels of the pad
  let [sent, timer] = [0, 0];

  const example = (number) => {
    const small = make("canvas", { width: spec.side, height: spec.side });
    const pixels = small.getContext("2d").createImageData(spec.side, spec.side);
    const start = number * spec.side ** 2;
    for (let i = 0; i < spec.side ** 2; i++) pixels.data.set([...Array(3).fill(bytes[start + i]), 255], 4 * i);
    small.getContext("2d").putImageData(pixels, 0, 0);
    return small;
  };
  const paint = () => {
    Object.assign(context, { fillStyle: "black", lineCap: "round", lineJoin: "round" });
    context.imageSmoothingEnabled = false;
    context.fillRect(0, 0, size, size);
    if (paper >= 0) context.drawImage(example(paper), 0, 0, size, size);
    for (const { ink, points } of strokes) {
      Object.assign(context, ink ? { strokeStyle: "white", lineWidth: spec.pen } : { strokeStyle: "black", lineWidth: spec.eraser });
      context.beginPath();
      points.forEach(([x, y]) => context.lineTo(x * size, y * size));
      context.lineTo(points.at(-1)[0] * size + 0.01, points.at(-1)[1] * size); // a single point is a dot
      context.stroke();
    }
    if (document.activeElement !== canvas || pointer !== null) return;
    // Where the keyboard's pen stands:
    for (const [colour, width] of [["black", 5], ["#e69f00", 3]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width });
      context.beginPath();
      context.arc(...pen, (erasing ? spec.eraser : spec.pen) / 2, 0, 2 * Math.PI);
      context.stroke();
    }
  };
  const send = () => {
    paint();
    timer ||= setTimeout(() => {
      [sent, timer] = [performance.now(), 0];
      changed({ paper, strokes: strokes.map(({ ink, points }) => ({ ink, points: [...points] })) });
    }, Math.max(0, sent + PAUSE - performance.now()));
  };

  const remember = () => past.push({ paper, strokes: strokes.map((one) => ({ ...one, points: [...one.points] })) });
  const begin = (point) => {
    remember();
    stroke = { ink: !erasing, points: [point] };
    strokes = [...strokes, stroke];
    send();
  };
  const grow = (point) => {
    const last = stroke.points.at(-1);
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) < 0.01) return;
    stroke.points.push(point);
    send();
  };
  const replace = (next) => {
    stroke = null;
    ({ paper, strokes } = next);
    send();
  };

  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    const shares = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    return shares.map((share) => Math.round(1000 * Math.min(Math.max(share, 0), 1)) / 1000);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    tell("");
    begin(place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const parts = event.getCoalescedEvents?.() ?? [];
    (parts.length ? parts : [event]).forEach((part) => grow(place(part)));
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      pen = stroke?.points.at(-1).map((share) => Math.round(share * size)) ?? pen;
      pointer = stroke = null;
      paint();
    });

  const tell = (what) => (says.textContent = what);
  const cell = (pixel) => Math.min(Math.floor((pixel * spec.side) / size) + 1, spec.side);
  const where = () => `column ${cell(pen[0])}, row ${cell(pen[1])}`;
  const clear = () => (remember(), replace({ paper: -1, strokes: [] }), tell("The pad is empty."));
  const undo = () => (past.length ? (replace(past.pop()), tell("Undone.")) : tell("Nothing to undo."));
  const erase = () => {
    erasing = !erasing;
    stroke = null;
    eraser.setAttribute("aria-pressed", String(erasing));
    tell(erasing ? "Eraser, up." : "Pen, up.");
    paint();
  };
  const lower = () => {
    if (stroke) stroke = null;
    else begin(pen.map((pixel) => pixel / size));
    tell(`${erasing ? "Eraser" : "Pen"} ${stroke ? "down" : "up"}, ${where()}.`);
  };
  const keys = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    " ": lower, Backspace: undo, Delete: clear, e: erase, E: erase,
  };
  canvas.addEventListener("keydown", (event) => {
    const does = (event.ctrlKey || event.metaKey) && event.key === "z" ? undo : keys[event.key];
    if (!does) return;
    event.preventDefault();
    if (typeof does === "function") return void does();
    const step = event.shiftKey ? STEP / 5 : STEP;
    pen = pen.map((pixel, axis) => Math.min(Math.max(pixel + step * does[axis], 0), size));
    tell(`${stroke ? "Drawing" : "Pen up"}, ${where()}.`);
    if (stroke) grow(pen.map((pixel) => pixel / size));
    else paint();
  });
  canvas.addEventListener("focus", paint);
  canvas.addEventListener("blur", () => ((stroke = null), paint()));

  const says = make("p");
  says.setAttribute("role", "status");
  const help = "Arrow keys move the pen, with Shift a little. Space: down, up. E: eraser. Backspace: undo. Delete: clear.";
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "drawing pad");
  canvas.setAttribute("aria-label", `${spec.label}. ${help}`);
  const button = (textContent, onclick) => make("button", { type: "button", textContent, onclick });
  const eraser = button("Eraser", erase);
  eraser.setAttribute("aria-pressed", "false");
  const names = ["start from …", "empty pad", ...spec.words];
  const start = make("select", {}, ...names.map((textContent, i) => make("option", { value: i - 2, textContent })));
  start.setAttribute("aria-label", "Start from an example");
  start.addEventListener("change", () => {
    remember();
    replace({ paper: Number(start.value), strokes: [] });
    start.selectedIndex = 0;
  });
  const buttons = make("div", { className: "buttons" }, button("Clear", clear), button("Undo", undo), eraser, start);
  const title = make("strong", { textContent: spec.label });
  const input = make("div", { className: "pad" }, title, canvas, buttons, make("p", { textContent: help }), says);
  const put = (next) => {
    if (stroke || timer || JSON.stringify(next) === JSON.stringify({ paper, strokes })) return;
    ({ paper, strokes } = next); // moved from Python, or in another view
    paint();
  };
  paint();
  return { input, says, put };
}
