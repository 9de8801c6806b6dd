// <div data-behavior="sign">: a sheet on which a signature is drawn with a finger, a pen or a mouse;
// it goes as a picture in the hidden field. Whoever cannot draw types the name below.

class Sheet {
  constructor(box) {
    this.box = box;
    this.field = box.querySelector('input[type="hidden"]');
    this.canvas = Object.assign(document.createElement("canvas"), { className: "sign__sheet", width: 600, height: 200 });
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", box.dataset.label);
    const again = Object.assign(document.createElement("button"), { type: "button", className: "act", textContent: box.dataset.clear });
    again.addEventListener("click", () => this.clear());
    box.prepend(this.canvas, again);
    this.pen = this.canvas.getContext("2d");
    Object.assign(this.pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#000" });
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
  }

  at({ clientX, clientY }) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) * 600) / width, ((clientY - top) * 200) / height];
  }

  begin(event) {
    event.preventDefault();
    this.box.querySelector(".sign__drawn")?.remove();
    this.canvas.setPointerCapture(event.pointerId);
    this.pen.beginPath();
    this.pen.moveTo(...this.at(event));
    const draw = (moved) => {
      this.pen.lineTo(...this.at(moved));
      this.pen.stroke();
    };
    const end = () => {
      this.canvas.removeEventListener("pointermove", draw);
      this.set(this.canvas.toDataURL("image/png"));
    };
    this.canvas.addEventListener("pointermove", draw);
    this.canvas.addEventListener("lostpointercapture", end, { once: true });
  }

  clear() {
    this.box.querySelector(".sign__drawn")?.remove();
    this.pen.clearRect(0, 0, 600, 200);
    this.set("");
  }

  set(value) {
    this.field.value = value;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

for (const box of document.querySelectorAll('[data-behavior="sign"]')) new Sheet(box);
