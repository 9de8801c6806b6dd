// <p data-behavior="counter" data-for="id" data-limit="200" data-left="… {n}" data-over="… {n}">
// says how many characters are left in a text box. Without this module it names the limit.

const NEAR = 20;

for (const counter of document.querySelectorAll('[data-behavior="counter"]')) {
  const box = document.getElementById(counter.dataset.for);
  const limit = Number(counter.dataset.limit);
  const initial = counter.textContent;
  const tell = () => {
    // As the server counts: code points, and a line break is one.
    const length = Array.from(box.value.replace(/\r\n/g, "\n")).length;
    const left = limit - length;
    counter.classList.toggle("field__count--over", left < 0);
    if (left <= NEAR) counter.setAttribute("aria-live", "polite");
    else counter.removeAttribute("aria-live");
    const sentence = left < 0 ? counter.dataset.over : counter.dataset.left;
    counter.textContent = length === 0 ? initial : sentence.replace("{n}", Math.abs(left));
  };
  box?.addEventListener("input", tell);
  if (box) tell();
}
