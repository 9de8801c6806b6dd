// A message can be put away. The button's word and icon come from the page.

const words = document.querySelector('[data-behavior="flash"]');
const button = words?.querySelector("template");

for (const flash of words?.querySelectorAll(".flash") ?? []) {
  flash.append(button.content.cloneNode(true));
  flash.lastElementChild.addEventListener("click", () => {
    flash.remove();
    document.getElementById("main").focus();
  });
}
