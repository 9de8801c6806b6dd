// What a question's controls hold, as expressions see it; nothing for an empty one. A reader for
// each kind: the same as surveys/kinds say of rows (`values`).
import { asNumber } from "./logic.js";

const NUMBER = /^[+-]?\d{1,13}(\.\d{1,10})?$/;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d{1,10})?$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

const TIME = /^\d\d:\d\d$/;

const READERS = {
  single: (form, name) => chosen(form, name)[0] ?? "",
  multiple: (form, name) => chosen(form, name).join(" "),
  rating: (form, name) => chosen(form, name).map(asNumber)[0] ?? "",
  nps: (form, name) => READERS.rating(form, name),
  ranking,
  file: (form, name) => (kept(form, name) ? "file" : ""),
  signature: (form, name) => (typed(form, name) || kept(form, `${name}-drawn`) ? "file" : ""),
  number: (form, name) => number(typed(form, name).normalize("NFKC")),
  date: (form, name) => (DAY.test(typed(form, name)) ? typed(form, name) : ""),
  time: (form, name) => (TIME.test(typed(form, name)) ? typed(form, name) : ""),
};

export function answers(form, { key, type, rows }) {
  const name = `q-${key}`;
  if (rows.length) {
    const found = rows.map((row) => [`${key}.${row}`, chosen(form, `${name}-${row}`)[0]]);
    return Object.fromEntries(found.filter(([, value]) => value));
  }
  const value = (READERS[type] ?? typed)(form, name);
  return value === "" ? {} : { [key]: value };
}

function typed(form, name) {
  return (form.elements[name]?.value ?? "").trim();
}

function number(digits) {
  if (!NUMBER.test(digits) && !GROUPED.test(digits)) return "";
  return asNumber(digits.replaceAll(",", "").replace(/^\+/, ""));
}

// Options in their order; nothing while two share a place or some are missing.
function ranking(form, name) {
  const places = [...form.querySelectorAll(`[data-ranking="${name}"] [data-option]`)]
    .map((box) => [Number(box.value.normalize("NFKC").trim()), box.dataset.option])
    .filter(([place]) => place);
  places.sort(([one], [other]) => one - other);
  const least = Number(form.querySelector(`[data-ranking="${name}"]`).dataset.least);
  const isWhole = places.length >= least && places.every(([place], at) => place === at + 1);
  return isWhole ? places.map(([, option]) => option).join(" ") : "";
}

// Whether a file stays, or one is chosen.
function kept(form, name) {
  const dropped = new Set([...form.querySelectorAll(`[name="${name}_drop"]:checked`)].map((box) => box.value));
  return [...form.querySelectorAll(`[name="${name}"]`)].some((box) => box.value && !dropped.has(box.value));
}

function chosen(form, name) {
  const controls = form.querySelectorAll(`input[name="${name}"]:checked`);
  return [...controls].map((control) => control.value).filter(Boolean);
}
