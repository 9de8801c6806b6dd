// <div data-behavior="ahead" data-address="the next item" hidden>: when items are taken one after
// another, the next one's text is loaded while this one is read, and stands there to be read as
// soon as the decision is on its way. The page that the decision leads to then takes its place.

const panel = document.querySelector('[data-behavior="ahead"]');

async function load() {
  try {
    const answer = await fetch(panel.dataset.address, { credentials: "same-origin" });
    if (!answer.ok) return;
    const there = new DOMParser().parseFromString(await answer.text(), "text/html");
    const text = there.querySelector(".review__text");
    const title = there.querySelector("h1");
    if (!text || !title) return;
    for (const one of text.querySelectorAll("[id]")) one.removeAttribute("id");
    text.removeAttribute("aria-labelledby");
    const name = document.createElement("p");
    name.className = "ahead__title";
    name.textContent = title.textContent;
    panel.append(name, document.adoptNode(text));
    panel.dataset.ready = "yes";
  } catch {
    // It comes with its page.
  }
}

if (panel) {
  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 200));
  idle(load);
  document.addEventListener("submit", (event) => {
    const leads = event.target.closest(".decide") && !event.defaultPrevented;
    if (!leads || !panel.dataset.ready || event.submitter?.dataset.key === "c") return;
    panel.hidden = false;
    panel.scrollIntoView({ block: "start" });
  });
}
