// Making elements without markup in strings.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function button(label, act) {
  const made = element("button", { type: "button", class: "button editor__choice" }, label);
  made.addEventListener("click", act);
  return made;
}

/** Whether a key belongs to an input method; some browsers tell it only by the code 229. */
export const composes = (event) => event.isComposing || event.keyCode === 229;
