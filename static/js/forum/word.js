// "从 Word 文件读入" puts a file's words into the editor as soon as it is chosen. Without this
// module, or where anything fails, the button sends the form and the page comes back with them.

const place = document.querySelector('[data-behavior="word"]');
const file = place?.querySelector("input[type=file]");
const button = place?.querySelector("button");
const fault = place?.querySelector(".field__error");
const said = place?.querySelector("[data-said]");

function tell(sentences, failed) {
  said.hidden = failed || !sentences.length;
  fault.hidden = !failed;
  place.querySelector(".field").classList.toggle("field--wrong", failed);
  said.replaceChildren(
    ...(failed ? [] : sentences).map((sentence) => {
      const line = document.createElement("p");
      line.textContent = sentence;
      return line;
    }),
  );
  fault.textContent = failed ? sentences.join(" ") : "";
}

async function read(form) {
  place.setAttribute("aria-busy", "true");
  tell([place.dataset.reading], false);
  try {
    const answer = await fetch(button.formAction, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    const told = await answer.json();
    tell(told.said, !answer.ok);
    if (answer.ok) {
      const detail = { html: told.html };
      form.dispatchEvent(new CustomEvent("files", { detail: { rows: told.rows } }));
      form.elements.namedItem("body").dispatchEvent(new CustomEvent("insert", { detail }));
      file.value = "";
    }
  } catch {
    tell([place.dataset.failed], true);
  }
  place.removeAttribute("aria-busy");
}

// Only where the editor took the text box's place does anybody hear "insert".
const edits = () => file.form.elements.namedItem("body").hidden;

file?.form.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.submitter !== button || !edits()) return;
  event.preventDefault();
  read(file.form);
});
file?.addEventListener("change", () => {
  if (file.files.length && edits()) file.form.requestSubmit(button);
});
