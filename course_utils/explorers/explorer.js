// The face of an explorer: native controls with labels, pictures with words, a status line, errors below.
// The state lives in Python; this file sends changes of controls and shows what comes back.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// As many decimals as the step has.
const decimals = (step) => (String(step).split(".")[1] || "").length;

function control(spec, value, changed) {
  if (spec.kind === "switches") return switches(spec, value, changed);
  if (spec.kind === "pad") return pad(spec, value, changed);
  if (spec.kind === "choice") {
    const input = make("select", {}, ...spec.options.map((name) => make("option", { value: name, textContent: name })));
    input.value = value;
    input.addEventListener("change", () => changed(input.value));
    return { input, says: make("span"), put: (next) => (input.value = next) };
  }
  const says = make("output");
  const input = make("input", { type: "range", min: spec.low, max: spec.high, step: spec.step });
  const number = () => `${Number(input.value).toFixed(decimals(spec.step))} ${spec.unit}`.trim().replace("-", "−");
  const tell = () => {
    says.textContent = spec.words[Math.round((input.value - spec.low) / spec.step)] ?? number();
    input.setAttribute("aria-valuetext", says.textContent);
  };
  input.addEventListener("input", () => (tell(), changed(Number(input.value))));
  const put = (next) => ((input.value = next), tell());
  put(value);
  return { input, says, put };
}

function show(figure, panel) {
  const [caption, frame, scale] = figure.children;
  const picture = frame.firstChild;
  caption.textContent = panel.title;
  figure.style.width = `${panel.width}px`; // a long title takes two lines, not the neighbour's place
  picture.alt = panel.alt;
  picture.width = panel.width;
  picture.className = panel.crisp ? "crisp" : "";
  const before = picture.src;
  picture.src = URL.createObjectURL(new Blob([panel.png], { type: "image/png" }));
  if (before) URL.revokeObjectURL(before);
  scale.hidden = !panel.bound;
  const bound = Number(panel.bound.toPrecision(2));
  scale.replaceChildren(`−${bound}`, make("i"), `${bound}`);
}

function render({ model, el }) {
  const heading = make("h4", { textContent: model.get("title") });
  const busy = make("span", { className: "busy", textContent: "working …" });
  const header = make("header", {}, heading, busy); // beside the sliders, where the reader looks
  const controls = make("div", { className: "controls" });
  const panels = make("div", { className: "panels" });
  const stage = make("div", { className: "stage" }, panels);
  const summary = make("p", { className: "summary" });
  const waiting = make("div", {}, make("p"), make("button", { textContent: "Try again" }));
  const error = make("pre", { className: "error" });
  const printed = make("pre");
  const working = make("div", {}, controls, stage, summary);
  const root = make("section", { className: "course-explorer" }, header, waiting, working, error, printed);
  root.setAttribute("aria-label", `Explorer: ${model.get("title")}`);
  summary.setAttribute("role", "status");
  waiting.setAttribute("role", "status");
  error.setAttribute("role", "alert");
  root.dataset.lmSuppressShortcuts = "true"; // keys typed here are not JupyterLab's
  root.addEventListener("keydown", (event) => event.stopPropagation());

  const send = (name, value) => {
    if (name) model.set(name, value);
    model.set("request", model.get("request") + 1);
    root.setAttribute("aria-busy", "true");
    model.save_changes();
  };
  const rows = {};
  for (const spec of model.get("controls")) {
    const changed = (value) => send("values", { ...model.get("values"), [spec.name]: value });
    rows[spec.name] = control(spec, model.get("values")[spec.name], changed);
    const { input, says } = rows[spec.name];
    if (spec.kind === "pad") {
      stage.prepend(input);
      continue;
    }
    const row = make(spec.kind === "switches" ? "div" : "label", { className: "course-control" });
    row.append(make("span", { textContent: spec.label }), input);
    controls.append(row, says);
  }
  waiting.lastChild.addEventListener("click", () => {
    model.set("tries", model.get("tries") + 1);
    model.save_changes();
  });

  const refresh = () => {
    root.setAttribute("aria-busy", String(model.get("answered") < model.get("request")));
    waiting.hidden = !model.get("waiting");
    working.hidden = Boolean(model.get("waiting"));
    waiting.firstChild.textContent = model.get("waiting");
    const wanted = model.get("panels");
    while (panels.children.length > wanted.length) panels.lastChild.remove();
    while (panels.children.length < wanted.length)
      panels.append(make("figure", {}, make("figcaption"), make("div", { className: "frame" }, make("img")), make("div", { className: "scale" })));
    if (!model.get("error"))
      wanted.forEach((panel, index) => {
        show(panels.children[index], panel);
        rows[panel.picks]?.over(panels.children[index].querySelector(".frame"));
      });
    root.classList.toggle("failed", Boolean(model.get("error")));
    summary.textContent = model.get("summary");
    for (const [element, name] of [[error, "error"], [printed, "printed"]]) {
      element.textContent = model.get(name);
      element.hidden = !model.get(name);
    }
    level(); // a title may now be shorter
  };
  const moved = () => {
    const values = model.get("values");
    for (const [name, row] of Object.entries(rows)) if (document.activeElement !== row.input) row.put(values[name]);
  };
  const captions = () => [...panels.querySelectorAll("figcaption")];
  const level = () => {
    captions().forEach((caption) => (caption.style.minHeight = "")); // pictures side by side begin at one height
    const tallest = Math.max(0, ...captions().map((caption) => caption.offsetHeight));
    captions().forEach((caption) => (caption.style.minHeight = `${tallest}px`));
  };
  const resized = new ResizeObserver(level);
  resized.observe(panels);
  model.on("change:drawn", refresh);
  model.on("change:values", moved);
  refresh();
  el.append(root);
  return () => {
    resized.disconnect();
    model.off("change:drawn", refresh);
    model.off("change:values", moved);
  };
}

export default { render };
