// On a phone the navigation scrolls in its own box: bring the current place into it.

const list = document.querySelector('[data-behavior="nav"]');
const current = list?.querySelector("[aria-current]");

if (current && list.scrollWidth > list.clientWidth) {
  const box = list.getBoundingClientRect();
  const place = current.getBoundingClientRect();
  list.scrollLeft += place.left + place.width / 2 - box.left - box.width / 2;
}
