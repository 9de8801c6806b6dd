// What a tree of surveys/logic comes to: the same as surveys/logic/evaluating.py says, which
// explains it. Change both or neither; tests/browser/test_survey_rules.py holds them together.

const LONGEST_TEXT = 20000;
const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?$/;
const TIME = /^(\d\d):(\d\d)$/;
const MONTH_STARTS = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

// `scope`: {values, today, now, labels, own}, see Scope in evaluating.py.
export function evaluate(tree, scope) {
  const [name, ...given] = tree;
  if (name === "lit") return given[0];
  if (name === "ref") return Object.hasOwn(scope.values, given[0]) ? scope.values[given[0]] : "";
  if (name === "own") return scope.own ?? "";
  if (name === "regex") return matches(given[1], asText(evaluate(given[0], scope)));
  if (name === "jr:choice-name") return choiceName(scope, given[0], given[1]);
  if (Object.hasOwn(LAZY, name)) return LAZY[name](scope, ...given);
  const found = FUNCTIONS[name](scope, ...given.map((one) => evaluate(one, scope)));
  return typeof found === "string" ? cut(found) : found;
}

function cut(text) {
  return text.length <= LONGEST_TEXT ? text : [...text].slice(0, LONGEST_TEXT).join("");
}

// --- From one kind of value to another ---

export function asText(value) {
  return typeof value === "number" ? written(value) : String(value);
}

export function asNumber(value) {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  const stripped = value.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  if (NUMBER.test(stripped)) return Number(stripped);
  return days(stripped) ?? partOfDay(stripped);
}

export function asBoolean(value) {
  if (typeof value === "boolean") return value;
  return typeof value === "string" ? value !== "" : value !== 0 && !Number.isNaN(value);
}

function written(number) {
  if (!Number.isFinite(number)) return String(number);
  const [mantissa, exponent = "0"] = String(Math.abs(number)).split("e");
  const [head, tail = ""] = mantissa.split(".");
  let digits = head + tail.replace(/0+$/, "");
  let point = head.length + Number(exponent);
  if (point < 1) {
    digits = "0".repeat(1 - point) + digits;
    point = 1;
  }
  digits = digits.padEnd(point, "0");
  const whole = digits.slice(0, point).replace(/^0+/, "") || "0";
  const part = digits.slice(point);
  const sign = number < 0 && (whole !== "0" || part) ? "-" : "";
  return sign + whole + (part ? "." + part : "");
}

function isLeap(year) {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function monthDays(year, month) {
  return MONTH_STARTS[month] - MONTH_STARTS[month - 1] + (month === 2 && isLeap(year) ? 1 : 0);
}

function before(year) {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
}

function days(text) {
  const found = DATE.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map((one) => Number(one ?? 0));
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month)) return null;
  if (hour > 23 || minute > 59) return null;
  const inYear = MONTH_STARTS[month - 1] + (month > 2 && isLeap(year) ? 1 : 0);
  return before(year) + inYear + day - 1 - 719162 + (hour * 60 + minute) / 1440;
}

function partOfDay(text) {
  const [, hour, minute] = TIME.exec(text) ?? [];
  return hour <= 23 && minute <= 59 ? (Number(hour) * 60 + Number(minute)) / 1440 : NaN;
}

function dateOf(number) {
  if (!(number >= -719162 && number < 2932897)) return "";
  let left = Math.floor(number) + 719162;
  let year = Math.floor((left * 400) / 146097) + 1;
  while (left < before(year)) year -= 1;
  while (left >= before(year + 1)) year += 1;
  left -= before(year);
  let month = 1;
  while (left >= monthDays(year, month)) {
    left -= monthDays(year, month);
    month += 1;
  }
  const padded = (one, size) => String(one).padStart(size, "0");
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(left + 1, 2)}`;
}

// --- Patterns: see surveys/logic/patterns.py ---

export function matches(program, text) {
  let states = reach(program, [0]);
  for (const character of text) {
    const code = character.codePointAt(0);
    states = reach(program, states.filter((at) => takes(program[at], code)).map((at) => at + 1));
    if (!states.length) return false;
  }
  return states.some((at) => program[at][0] === "end");
}

function takes([name, negated, ...ranges], code) {
  if (name !== "char") return false;
  let within = false;
  for (let at = 0; at < ranges.length; at += 2) {
    within ||= ranges[at] <= code && code <= ranges[at + 1];
  }
  return within !== negated;
}

function reach(program, begun) {
  const waiting = [];
  const seen = new Set();
  const todo = [...begun];
  while (todo.length) {
    const at = todo.pop();
    if (seen.has(at)) continue;
    seen.add(at);
    const [name, ...rest] = program[at];
    if (name === "split" || name === "jump") todo.push(...rest);
    else waiting.push(at);
  }
  return waiting;
}

// --- Operators and functions ---

function equal(one, other) {
  if (typeof one === "boolean" || typeof other === "boolean") return asBoolean(one) === asBoolean(other);
  if (typeof one === "number" || typeof other === "number") return asNumber(one) === asNumber(other);
  return one === other;
}

function divided(one, other) {
  if (other !== 0) return one / other;
  if (Number.isNaN(one) || one === 0) return NaN;
  return one > 0 ? Infinity : -Infinity;
}

function remainder(one, other) {
  return (one % other) + 0;
}

function rounded(value, places = 0) {
  const number = asNumber(value);
  const digits = asNumber(places);
  if (!(digits >= 0 && digits <= 10)) return NaN;
  if (!Number.isFinite(number)) return number;
  const factor = 10 ** Math.floor(digits);
  if (Math.abs(number) * factor > 2 ** 52) return number;
  return Math.floor(number * factor + 0.5) / factor + 0;
}

function words(value) {
  return asText(value).split(/[ \t\r\n]+/).filter(Boolean);
}

function selectedAt(value, at) {
  const index = asNumber(at);
  return (Number.isInteger(index) && index >= 0 && words(value)[index]) || "";
}

function part(value, start, end) {
  const text = [...asText(value)];
  const place = (one) => {
    const number = asNumber(one);
    return Number.isNaN(number) ? 0 : Math.trunc(Math.min(Math.max(number, 0), text.length));
  };
  const first = place(start);
  const last = end === undefined ? text.length : place(end);
  return first < last ? text.slice(first, last).join("") : "";
}

function extreme(values, isBetter) {
  let best = NaN;
  for (const one of values.filter((each) => each !== "").map(asNumber)) {
    if (Number.isNaN(one)) return NaN;
    if (Number.isNaN(best) || isBetter(one, best)) best = one;
  }
  return best;
}

function asDate(value) {
  if (typeof value === "string") return days(value) === null ? "" : value.slice(0, 10);
  return dateOf(asNumber(value));
}

function dated(value, form) {
  const day = asDate(value);
  if (!day) return "";
  const [year, month, number] = day.split("-");
  const parts = { Y: year, m: month, n: String(Number(month)), d: number, e: String(Number(number)) };
  return asText(form).replace(/%([Ymnde])/g, (_whole, letter) => parts[letter]);
}

function choiceName(scope, value, question) {
  const key = asText(evaluate(value, scope));
  const name = question[0] === "ref" || question[0] === "lit" ? String(question[1]) : "";
  const found = /^\$\{\s*([\w.-]+)\s*\}$/.exec(name);
  const labels = scope.labels?.[found ? found[1] : name] ?? {};
  return Object.hasOwn(labels, key) ? labels[key] : "";
}

const LAZY = {
  if: (scope, condition, then, otherwise) =>
    evaluate(asBoolean(evaluate(condition, scope)) ? then : otherwise, scope),
  and: (scope, one, other) => asBoolean(evaluate(one, scope)) && asBoolean(evaluate(other, scope)),
  or: (scope, one, other) => asBoolean(evaluate(one, scope)) || asBoolean(evaluate(other, scope)),
  coalesce: (scope, one, other) => {
    const first = evaluate(one, scope);
    return first !== "" ? first : evaluate(other, scope);
  },
};

const numeric = (run) => (_scope, one, other) => run(asNumber(one), asNumber(other));
const textual = (run) => (_scope, ...given) => run(...given.map(asText));

const FUNCTIONS = {
  "=": (_scope, one, other) => equal(one, other),
  "!=": (_scope, one, other) => !equal(one, other),
  "<": numeric((one, other) => one < other),
  "<=": numeric((one, other) => one <= other),
  ">": numeric((one, other) => one > other),
  ">=": numeric((one, other) => one >= other),
  "+": numeric((one, other) => one + other + 0),
  "-": numeric((one, other) => one - other + 0),
  "*": numeric((one, other) => one * other + 0),
  div: numeric(divided),
  mod: numeric(remainder),
  negative: (_scope, one) => 0 - asNumber(one),
  true: () => true,
  false: () => false,
  not: (_scope, one) => !asBoolean(one),
  boolean: (_scope, one) => asBoolean(one),
  number: (_scope, one) => asNumber(one),
  string: (_scope, one) => asText(one),
  int: (_scope, one) => Math.trunc(asNumber(one)),
  round: (_scope, one, places) => rounded(one, places),
  selected: (_scope, one, other) => words(one).includes(asText(other)),
  "selected-at": (_scope, one, other) => selectedAt(one, other),
  "count-selected": (_scope, one) => words(one).length,
  concat: (_scope, ...given) => given.map(asText).join(""),
  join: (_scope, between, ...given) => given.map(asText).join(asText(between)),
  "string-length": textual((one) => [...one].length),
  substr: (_scope, one, start, end) => part(one, start, end),
  contains: textual((one, other) => one.includes(other)),
  "starts-with": textual((one, other) => one.startsWith(other)),
  "ends-with": textual((one, other) => one.endsWith(other)),
  "normalize-space": textual((one) => one.replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "")),
  today: (scope) => scope.today,
  now: (scope) => scope.now,
  date: (_scope, one) => asDate(one),
  "format-date": (_scope, one, form) => dated(one, form),
  sum: (_scope, ...given) =>
    given.filter((one) => one !== "").map(asNumber).reduce((total, one) => total + one, 0),
  count: (_scope, ...given) => given.filter((one) => one !== "").length,
  min: (_scope, ...given) => extreme(given, (one, other) => one < other),
  max: (_scope, ...given) => extreme(given, (one, other) => one > other),
};
