// What this browser keeps of rights to answer, by the mark of survey and person: first what was
// proposed for a signature, then the right itself. No other page of the server ever sees it.

const RIGHT = "right:";
const PROPOSED = "right-proposed:";

export const held = (mark) => localStorage.getItem(RIGHT + mark);

export function pending(mark) {
  return JSON.parse(localStorage.getItem(PROPOSED + mark));
}

export async function propose(mark, make) {
  const made = await make();
  localStorage.setItem(PROPOSED + mark, JSON.stringify(made));
  return made;
}

export function keep(mark, right) {
  localStorage.setItem(RIGHT + mark, right);
  localStorage.removeItem(PROPOSED + mark);
}
