// A form whose questions depend on answers: asks what is to be asked, and writes answers into
// sentences. surveys/flow.py says the rules and settles them once more when the form is sent.
import { asBoolean, asNumber, asText, evaluate } from "./logic.js";

const NUMBER = /^[+-]?\d{1,13}(\.\d{1,10})?$/;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d{1,10})?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

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

// What a question's controls hold, as expressions see it; nothing for an empty one.
function answers(form, { key, type, rows }) {
  const name = `q-${key}`;
  if (type === "matrix") {
    const found = rows.map((row) => [`${key}.${row}`, chosen(form, `${name}-${row}`)[0]]);
    return Object.fromEntries(found.filter(([, value]) => value));
  }
  const value = read(form, name, type);
  return value === "" ? {} : { [key]: value };
}

function read(form, name, type) {
  if (type === "single") return chosen(form, name)[0] ?? "";
  if (type === "multiple") return chosen(form, name).join(" ");
  if (type === "rating") return chosen(form, name).map(asNumber)[0] ?? "";
  const typed = (form.elements[name]?.value ?? "").trim();
  if (type === "number") {
    const digits = typed.normalize("NFKC");
    if (!NUMBER.test(digits) && !GROUPED.test(digits)) return "";
    return asNumber(digits.replaceAll(",", "").replace(/^\+/, ""));
  }
  return type === "date" && !DAY.test(typed) ? "" : typed;
}

function chosen(form, name) {
  const controls = form.querySelectorAll(`input[name="${name}"]:checked`);
  return [...controls].map((control) => control.value).filter(Boolean);
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
