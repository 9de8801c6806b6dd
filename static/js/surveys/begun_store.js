// What is begun of a form and not sent, as this browser keeps it: by the mark of survey and person
// (rights.owner), so that whoever signs in after them does not see it. It goes when the form was
// sent, on signing out, when the survey ends, and after fourteen days.

const PREFIX = "begun:";
const OFF = "begun-off";
const LIFE = 14 * 24 * 3600 * 1000;

const keys = () => Object.keys(localStorage).filter((one) => one.startsWith(PREFIX));
const read = (key) => JSON.parse(localStorage.getItem(key));

export const keyOf = (mark) => PREFIX + mark;
export const held = (mark) => withStorage(() => read(keyOf(mark)));
export const drop = (mark) => withStorage(() => localStorage.removeItem(keyOf(mark)));
export const isOff = () => withStorage(() => localStorage.getItem(OFF) === "yes");

/** → whether there was room. */
export function keep(mark, begun) {
  return withStorage(() => {
    const until = Math.min(begun.until || Infinity, Date.now() + LIFE);
    localStorage.setItem(keyOf(mark), JSON.stringify({ ...begun, until, at: Date.now() }));
    return true;
  });
}

export function turn(off) {
  withStorage(() => (off ? localStorage.setItem(OFF, "yes") : localStorage.removeItem(OFF)));
}

/** Forget what `isOver` says is over, of all that anybody began here. */
export function sweep(isOver = ({ until }) => until < Date.now()) {
  withStorage(() => keys().filter((key) => isOver(read(key))).forEach((key) => localStorage.removeItem(key)));
}

/** Storage may be full or switched off: then filling in goes on without it. */
function withStorage(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
