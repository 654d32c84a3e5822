// Switches for the regions of a picture: numbered buttons that the arrow keys walk through, and the picture itself.

function switches(spec, value, changed) {
  const bytes = spec.regions;
  const regions = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const says = make("output");
  const enlarged = Math.max(1, Math.round(432 / spec.width));
  const [width, height] = [spec.width * enlarged, spec.height * enlarged];
  const mark = make("canvas", { className: "mark", width, height }); // lies over the picture
  let on = value, current = 0, marked = -1;

  const put = (next) => {
    on = next;
    buttons.forEach((button, index) => button.setAttribute("aria-checked", String(on[index])));
    says.textContent = `${on.filter(Boolean).length} of ${on.length} on`;
  };
  const move = (next) => (put(next), changed(next));
  const toggle = (number) => move(on.map((state, index) => (index === number ? !state : state)));
  // The number of the region at a place on the screen, or undefined outside the picture.
  const at = (x, y) => {
    const [column, row] = [Math.floor(x / enlarged), Math.floor(y / enlarged)];
    return column < 0 || column >= spec.width ? undefined : regions[row * spec.width + column];
  };
  const highlight = (number) => {
    if (number === marked) return;
    marked = number;
    const context = mark.getContext("2d");
    const pixels = context.createImageData(mark.width, mark.height);
    const near = (x, y, d) => [at(x - d, y), at(x + d, y), at(x, y - d), at(x, y + d)].some((one) => one !== number);
    for (let y = 0; y < mark.height; y++)
      for (let x = 0; x < mark.width; x++) {
        if (at(x, y) !== number || !near(x, y, 6)) continue; // only a rim: what is inside stays visible
        pixels.data.set(near(x, y, 4) ? [240, 228, 66, 255] : [0, 0, 0, 255], 4 * (y * mark.width + x));
      }
    context.putImageData(pixels, 0, 0);
  };

  const buttons = value.map((_, number) => {
    const button = make("button", { type: "button", textContent: number, tabIndex: number ? -1 : 0 });
    button.setAttribute("role", "switch");
    button.setAttribute("aria-label", `superpixel ${spec.words[number]}`);
    button.addEventListener("click", () => toggle(number));
    button.addEventListener("focus", () => highlight(number));
    button.addEventListener("blur", () => highlight(-1));
    return button;
  });
  const all = [true, false].map((state) => {
    const button = make("button", { type: "button", textContent: state ? "all on" : "all off" });
    button.addEventListener("click", () => move(on.map(() => state)));
    return button;
  });
  const input = make("div", { className: "switches" }, ...all, ...buttons);
  input.setAttribute("role", "group");
  input.setAttribute("aria-label", `${spec.label}: arrow keys choose one, Space switches it`);
  input.addEventListener("keydown", (event) => {
    if (!buttons.includes(event.target)) return;
    const last = buttons.length - 1;
    const to = { ArrowRight: current + 1, ArrowDown: current + 1, ArrowLeft: current - 1, ArrowUp: current - 1, Home: 0, End: last };
    if (!(event.key in to)) return;
    event.preventDefault();
    buttons[current].tabIndex = -1; // one stop for Tab, however many switches there are
    current = Math.min(Math.max(to[event.key], 0), last);
    buttons[current].tabIndex = 0;
    buttons[current].focus();
  });

  const below = ({ offsetX, offsetY }) =>
    at((offsetX / mark.clientWidth) * mark.width, (offsetY / mark.clientHeight) * mark.height);
  mark.addEventListener("pointermove", (event) => {
    const number = below(event);
    highlight(number);
    mark.title = `superpixel ${number} is ${on[number] ? "on" : "off"}`;
  });
  mark.addEventListener("pointerleave", () => highlight(-1));
  mark.addEventListener("click", (event) => toggle(below(event)));
  put(value);
  return { input, says, put, over: (frame) => mark.parentElement !== frame && frame.append(mark) };
}
