// <button data-behavior="template" data-words="…" data-reason="…"> puts ready-made words into its
// form's box at once. Without this module the page comes back with them.

for (const button of document.querySelectorAll('[data-behavior="template"]')) {
  button.addEventListener("click", (event) => {
    const box = button.form?.elements.namedItem("explanation");
    if (!box) return;
    event.preventDefault();
    const { words, reason } = button.dataset;
    if (!box.value.includes(words)) {
      box.value = box.value.trim() ? `${box.value.trimEnd()}\n${words}` : words;
    }
    const choices = [...button.form.querySelectorAll('input[name="reason"]')];
    if (reason && !choices.some((choice) => choice.checked)) {
      const fitting = choices.find((choice) => choice.value === reason);
      if (fitting) fitting.checked = true;
    }
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
}
