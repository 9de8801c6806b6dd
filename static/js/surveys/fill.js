// A form whose questions depend on answers: asks what is to be asked, and writes answers into
// sentences. surveys/flow.py says the rules and settles them once more when the form is sent.
import { answers } from "./answers.js";
import { asBoolean, asText, evaluate } from "./logic.js";

for (const form of document.querySelectorAll('[data-behavior="flow"]')) {
  const flow = JSON.parse(form.dataset.flow);
  const settle = () => show(form, flow, settled(form, flow));
  form.addEventListener("input", settle);
  form.addEventListener("change", settle);
  window.addEventListener("pageshow", settle); // going back restores what was typed
  settle();
}

function settled(form, flow) {
  const scope = { values: {}, today: flow.today, now: flow.now, labels: flow.labels, own: "" };
  const asked = new Set();
  for (const step of flow.steps) {
    if (!step.when.every((tree) => asBoolean(evaluate(tree, scope)))) continue;
    asked.add(step.key);
    if (step.calculation) scope.values[step.key] = evaluate(step.calculation, scope);
    else Object.assign(scope.values, answers(form, step));
  }
  return { asked, values: scope.values };
}

function show(form, flow, { asked, values }) {
  for (const question of form.querySelectorAll("[data-question]")) {
    const isAsked = asked.has(question.dataset.question);
    question.hidden = !isAsked;
    for (const control of question.querySelectorAll("input, textarea, select")) control.disabled = !isAsked;
  }
  for (const section of form.querySelectorAll(".survey__section")) {
    const questions = [...section.querySelectorAll("[data-question]")];
    section.hidden = questions.length > 0 && questions.every((question) => question.hidden);
  }
  for (const place of form.querySelectorAll("[data-said]")) {
    const words = said(flow, place.dataset.said, values) || "……";
    if (place.textContent !== words) place.textContent = words;
  }
}

function said(flow, name, values) {
  const value = asText(values[name] ?? "");
  const labels = flow.labels[name.split(".")[0]];
  if (!labels) return value;
  return value.split(" ").filter(Boolean).map((one) => labels[one] ?? one).join(flow.between);
}
