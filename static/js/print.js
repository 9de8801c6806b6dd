// A button that prints the page; hidden where JavaScript does not run.
for (const button of document.querySelectorAll('[data-behavior="print"]')) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
