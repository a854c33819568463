/** What programs use of the English of Node: order of texts, and numbers in groups of three. The interpreter has no `Intl`. */

// The order of Unicode's root collation for what is on a keyboard.
const punctuation = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/** Place of a character among others, accents and case aside. */
function primary(character) {
  if (/\s/.test(character)) return 0;
  const at = punctuation.indexOf(character);
  if (at >= 0) return 1 + at;
  if (character >= "0" && character <= "9") return 100 + Number(character);
  return 1000 + character.toLowerCase().codePointAt(0);
}

const withoutAccents = (text) => text.normalize("NFD").replace(/\p{M}/gu, "");
const sign = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const pieces = (text, isNumeric) => (isNumeric ? (text.match(/\d+|[^\d]/gu) ?? []) : Array.from(text));

function comparePieces(a, b) {
  const isNumber = /^\d{2,}$|^\d$/;
  if (isNumber.test(a) && isNumber.test(b)) return sign(BigInt(a), BigInt(b));
  return sign(primary(a[0]), primary(b[0]));
}

function compareBase(a, b, isNumeric) {
  const [mine, others] = [pieces(withoutAccents(a), isNumeric), pieces(withoutAccents(b), isNumeric)];
  for (let at = 0; at < Math.min(mine.length, others.length); at++) {
    const order = comparePieces(mine[at], others[at]);
    if (order !== 0) return order;
  }
  return sign(mine.length, others.length);
}

/** Small letters come before capital ones, where nothing else differs. */
function compareCase(a, b) {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return a[at] === a[at].toLowerCase() ? -1 : 1;
  return 0;
}

/** Of which the order is that of their codes. */
const plain = /^[a-z]*$/;

export function localeCompare(a, b, { numeric = false, sensitivity = "variant" } = {}) {
  if (a === b) return 0;
  if (plain.test(a) && plain.test(b)) return sign(a, b);
  const [x, y] = [a.normalize("NFC"), b.normalize("NFC")];
  const base = compareBase(x, y, numeric);
  if (base !== 0 || sensitivity === "base") return base;
  const accents = sign(x.normalize("NFD").toLowerCase(), y.normalize("NFD").toLowerCase());
  if (accents !== 0 || sensitivity === "accent") return accents;
  return compareCase(withoutAccents(x), withoutAccents(y));
}

export function localeNumber(value, options = {}) {
  if (typeof value === "bigint") return grouped(String(value));
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-∞" : "∞";
  const least = options.minimumFractionDigits ?? 0;
  const most = options.maximumFractionDigits ?? Math.max(3, least);
  const [whole, part = ""] = (Object.is(value, -0) ? "-0" : fixed(value, most)).split(".");
  const kept = part.replace(/0+$/, "").padEnd(least, "0");
  const text = options.useGrouping === false ? whole : grouped(whole);
  return kept === "" ? text : `${text}.${kept}`;
}

/** Rounds half away from zero by what the number's shortest decimal says, as `Intl` does. */
function fixed(value, digits) {
  const text = String(Math.abs(value));
  const minus = value < 0 ? "-" : "";
  if (text.includes("e+")) return minus + BigInt(Math.abs(value));
  if (/e/.test(text) || !text.includes(".")) return minus + Math.abs(value).toFixed(digits);
  const [whole, part] = text.split(".");
  if (part.length <= digits) return `${minus}${whole}.${part}`;
  let scaled = BigInt(whole + part.slice(0, digits));
  if (part[digits] >= "5") scaled += 1n;
  const all = String(scaled).padStart(digits + 1, "0");
  return digits === 0 ? minus + all : `${minus}${all.slice(0, -digits)}.${all.slice(-digits)}`;
}

const grouped = (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ",");

/** Puts these in the place of the interpreter's. */
export function installLocale() {
  const define = (object, name, value) =>
    Object.defineProperty(object, name, { value, writable: true, configurable: true });
  define(String.prototype, "localeCompare", function localeCompareOf(other, _locales, options) {
    return localeCompare(String(this), String(other), options);
  });
  define(Number.prototype, "toLocaleString", function toLocaleString(_locales, options) {
    return localeNumber(Number(this), options);
  });
  define(BigInt.prototype, "toLocaleString", function toLocaleString(_locales, options) {
    return localeNumber(BigInt(this), options);
  });
}
