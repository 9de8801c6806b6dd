// <input data-behavior="enter">: takes the invitation code that a slip's QR code brought after "#",
// a part of the address that no server sees, and takes it out of the address.

const input = document.querySelector('[data-behavior="enter"]');
const code = decodeURIComponent(location.hash.slice(1));
if (input && /^[A-Za-z0-9-]{8,30}$/.test(code)) {
  input.value = code;
  history.replaceState(null, "", location.pathname + location.search);
}
