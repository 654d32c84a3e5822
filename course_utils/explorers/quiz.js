// The quiz: native radio buttons and boxes in fieldsets; Python judges, this file shows what it says.

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

let views = 0; // radio buttons of two views of one quiz must not share a group

function render({ model, el }) {
  const view = (views += 1);
  const score = make("p", { className: "score" });
  score.setAttribute("role", "status");
  const root = make("section", { className: "course-quiz" }, make("h4", { textContent: model.get("title") }));
  root.setAttribute("aria-label", model.get("title"));
  root.dataset.lmSuppressShortcuts = "true"; // keys typed here are not JupyterLab's
  root.addEventListener("keydown", (event) => event.stopPropagation());

  const fields = model.get("questions").map((question, number) => {
    const inputs = question.options.map((_, index) => {
      const input = make("input", { type: question.several ? "checkbox" : "radio", name: `quiz-${view}-${number}` });
      input.checked = model.get("answers")[number].includes(index);
      return input;
    });
    const reasons = question.options.map(() => make("span", { className: "reason" }));
    reasons.forEach((reason) => reason.setAttribute("role", "status"));
    const rows = question.options.flatMap((text, index) => [
      make("label", {}, inputs[index], make("span", { textContent: text })),
      reasons[index],
    ]);
    const verdict = make("p", { className: "verdict" });
    verdict.setAttribute("role", "status");
    const check = () => {
      const chosen = inputs.flatMap((input, index) => (input.checked ? [index] : []));
      model.set("asked", { question: number, chosen, count: (model.get("asked").count ?? 0) + 1 });
      model.save_changes();
    };
    const button = make("button", { type: "button", textContent: "Check", onclick: check });
    button.setAttribute("aria-label", `Check question ${number + 1}`);
    const several = question.several ? " (several are right)" : "";
    const legend = make("legend", { textContent: `${number + 1}. ${question.text}${several}` });
    const field = make("fieldset", {}, legend, ...rows, button, verdict);
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.tagName === "INPUT") check();
    });
    root.append(field);
    return { field, reasons, verdict };
  });
  root.append(score);

  const refresh = () => {
    fields.forEach(({ field, reasons, verdict }, number) => {
      const given = model.get("feedback")[number];
      field.className = given.verdict ? (given.right ? "right" : "wrong") : "";
      verdict.textContent = given.verdict ?? "";
      reasons.forEach((reason, index) => (reason.textContent = given.reasons?.[index] ?? ""));
    });
    score.textContent = model.get("score");
  };
  model.on("change:feedback", refresh);
  refresh();
  el.append(root);
  return () => model.off("change:feedback", refresh);
}

export default { render };
