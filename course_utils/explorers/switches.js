// Switches for the regions of a picture: numbered buttons that the arrow keys walk through, and the picture itself.

function switches(spec, value, changed) {
  const bytes = spec.regions;
  const regions = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const says = make("output");
  const mark = make("canvas", { className: "mark", width: spec.width, height: spec.height }); // lies over the picture
  let on = value, current = 0, marked = -1;

  const put = (next) => {
    on = next;
    buttons.forEach((button, index) => button.setAttribute("aria-checked", String(on[index])));
    says.textContent = `${on.filter(Boolean).length} of ${on.length} on`;
  };
  const move = (next) => (put(next), changed(next));
  const toggle = (number) => move(on.map((state, index) => (index === number ? !state : state)));
  const highlight = (number) => {
    if (number === marked) return;
    marked = number;
    const context = mark.getContext("2d");
    const pixels = context.createImageData(spec.width, spec.height);
    regions.forEach((region, place) => region === number && pixels.data.set([230, 159, 0, 140], 4 * place));
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

  const below = (event) => {
    const x = Math.floor((event.offsetX / mark.clientWidth) * spec.width);
    const y = Math.floor((event.offsetY / mark.clientHeight) * spec.height);
    return regions[y * spec.width + x];
  };
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
