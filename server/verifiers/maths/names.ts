/** Names that the parser knows: functions, Greek letters, relations, units. */
import type { ConstantName, Relation } from "./expression";

/** Functions of LaTeX and plain text, by the name that an expression has. */
export const functions: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sin: "sin",
    cos: "cos",
    tan: "tan",
    tg: "tan",
    cot: "cot",
    ctg: "cot",
    sec: "sec",
    csc: "csc",
    arcsin: "arcsin",
    arccos: "arccos",
    arctan: "arctan",
    asin: "arcsin",
    acos: "arccos",
    atan: "arctan",
    sinh: "sinh",
    cosh: "cosh",
    tanh: "tanh",
    arcsinh: "arsinh",
    arccosh: "arcosh",
    arctanh: "artanh",
    arsinh: "arsinh",
    arcosh: "arcosh",
    artanh: "artanh",
    exp: "exp",
    ln: "ln",
    log: "log",
    lg: "log",
    gcd: "gcd",
    lcm: "lcm",
    max: "max",
    min: "min",
    floor: "floor",
    ceil: "ceil",
    abs: "abs",
    det: "det",
  }),
);
export const inverseFunctions: ReadonlyMap<string, string> = new Map([
  ["sin", "arcsin"],
  ["cos", "arccos"],
  ["tan", "arctan"],
  ["sinh", "arsinh"],
  ["cosh", "arcosh"],
  ["tanh", "artanh"],
]);

/** Commands that only say how something looks. */
export const ignoredCommands: ReadonlySet<string> = new Set(
  (
    "left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle displaystyle textstyle scriptstyle limits nolimits " +
    "enspace thinspace hfill hspace vspace phantom hphantom vphantom label mathstrut strut bf rm it noindent allowbreak nonumber color textcolor " +
    "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge"
  ).split(" "),
);
/** Environments whose lines hold one statement each; `&` only aligns them. */
export const lineEnvironments: ReadonlySet<string> = new Set(
  "aligned align* align gathered split equation equation* alignedat".split(" "),
);
export const textCommands: ReadonlySet<string> = new Set(
  "text textbf textit textrm textnormal textsf texttt mbox hbox mathrm mathbf mathit mathsf mathcal bm boldsymbol emph underline".split(
    " ",
  ),
);
/** Marks over a name. */
export const accents: ReadonlySet<string> = new Set(
  "vec overrightarrow overleftarrow hat widehat tilde widetilde dot ddot dddot check breve acute grave mathring overparen wideparen".split(
    " ",
  ),
);

const greekNames =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho sigma tau upsilon phi chi psi omega " +
  "varepsilon vartheta varphi varrho varsigma Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar";
export const greek: ReadonlySet<string> = new Set(greekNames.split(" "));
const greekLetters = "αβγδεζηθικλμνξορστυφχψω";
export const greekLetter = (character: string): string | undefined => {
  const index = greekLetters.indexOf(character);
  return index < 0 ? undefined : greekNames.split(" ")[index];
};

export const constants: ReadonlyMap<string, ConstantName> = new Map([
  ["pi", "pi"],
  ["infty", "infinity"],
  ["infinity", "infinity"],
  ["inf", "infinity"],
  ["oo", "infinity"],
  ["exponentialE", "e"],
  ["imath", "i"],
  ["emptyset", "empty set"],
  ["varnothing", "empty set"],
]);
export const blackboard: ReadonlyMap<string, ConstantName> = new Map([
  ["N", "naturals"],
  ["Z", "integers"],
  ["Q", "rationals"],
  ["R", "reals"],
  ["C", "complexes"],
]);

/** Commands and characters that stand for a one-character symbol of the token stream. */
export const symbols: ReadonlyMap<string, string> = new Map(
  Object.entries({
    cdot: "*",
    times: "*",
    ast: "*",
    div: "÷",
    pm: "±",
    mp: "∓",
    le: "≤",
    leq: "≤",
    leqslant: "≤",
    ge: "≥",
    geq: "≥",
    geqslant: "≥",
    lt: "<",
    gt: ">",
    ne: "≠",
    neq: "≠",
    approx: "≈",
    approxeq: "≈",
    simeq: "≈",
    equiv: "≡",
    in: "∈",
    notin: "∉",
    subset: "⊂",
    subseteq: "⊆",
    to: "→",
    rightarrow: "→",
    Rightarrow: "→",
    longrightarrow: "→",
    Longrightarrow: "→",
    implies: "→",
    cup: "∪",
    cap: "∩",
    setminus: "∖",
    backslash: "∖",
    mid: "|",
    vert: "|",
    lvert: "|",
    rvert: "|",
    lbrace: "\\{",
    rbrace: "\\}",
    dotsb: "…",
    dotsc: "…",
    dots: "…",
    ldots: "…",
    cdots: "…",
    langle: "(",
    rangle: ")",
    lfloor: "⌊",
    rfloor: "⌋",
    lceil: "⌈",
    rceil: "⌉",
    colon: ":",
    mod: "mod",
    bmod: "mod",
    prime: "'",
    circ: "°",
    degree: "°",
    parallel: "∥",
    perp: "⊥",
    sim: "~",
    land: "∧",
    wedge: "∧",
    lor: "∨",
    vee: "∨",
    "∩": "∩",
    "，": ",",
    "；": ";",
    "：": ":",
    "（": "(",
    "）": ")",
    "≦": "≤",
    "≧": "≥",
    "′": "'",
    lbrack: "[",
    rbrack: "]",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "−": "-",
    "–": "-",
    "—": "-",
    "＝": "=",
    "⁄": "/",
    "∕": "/",
    "→": "→",
    "∣": "|",
    º: "°",
  }),
);

export const relations: ReadonlySet<string> = new Set<Relation>([
  "=",
  "≈",
  "≡",
  "≠",
  "<",
  "≤",
  ">",
  "≥",
  "∈",
  "∉",
  "⊂",
  "⊆",
  "→",
  "∥",
  "⊥",
  "~",
]);
export const isRelation = (text: string): text is Relation => relations.has(text);

/** Spelling of units; the value is what two units are compared by. */
const unitSpellings: Readonly<Record<string, string>> = {
  m: "meter meters metre metres",
  cm: "centimeter centimeters centimetre centimetres",
  mm: "millimeter millimeters millimetre millimetres",
  dm: "decimeter decimeters",
  μm: "micrometer micrometers micron microns",
  nm: "nanometer nanometers",
  km: "kilometer kilometers kilometre kilometres kms",
  in: "inch inches",
  ft: "foot feet",
  yd: "yard yards",
  mi: "mile miles",
  g: "gram grams",
  kg: "kilogram kilograms kgs",
  mg: "milligram milligrams",
  lb: "lbs pound pounds",
  oz: "ounce ounces",
  ton: "tons tonne tonnes",
  s: "sec second seconds secs",
  ms: "millisecond milliseconds",
  min: "minute minutes mins",
  h: "hr hrs hour hours",
  d: "day days",
  week: "weeks",
  month: "months",
  year: "years yr yrs",
  decade: "decades",
  century: "centuries",
  L: "liter liters litre litres",
  mL: "ml milliliter milliliters",
  gallon: "gallons gal",
  quart: "quarts",
  pint: "pints",
  cup: "cups",
  acre: "acres",
  hectare: "hectares",
  mph: "",
  kmh: "kph",
  dollar: "dollars usd",
  cent: "cents",
  euro: "euros eur",
  "£": "gbp",
  yen: "jpy",
  rupee: "rupees rs",
  yuan: "rmb",
  "°": "degree degrees deg",
  rad: "radian radians",
  "°C": "celsius",
  "°F": "fahrenheit",
  K: "kelvin kelvins",
  hz: "hertz",
  kHz: "kilohertz",
  N: "newton newtons",
  kN: "kilonewton kilonewtons",
  J: "joule joules",
  kJ: "kilojoule kilojoules",
  cal: "calorie calories",
  kcal: "kilocalorie kilocalories",
  eV: "electronvolt electronvolts",
  W: "watt watts",
  kW: "kilowatt kilowatts",
  V: "volt volts",
  A: "ampere amperes amp amps",
  C: "coulomb coulombs",
  Ω: "ohm ohms",
  T: "tesla teslas",
  Pa: "pascal pascals",
  kPa: "kilopascal kilopascals",
  atm: "atmosphere atmospheres",
  mol: "mole moles",
  bit: "bits",
  byte: "bytes",
  KB: "kilobytes kilobyte",
  MB: "megabytes megabyte",
  GB: "gigabytes gigabyte",
  TB: "terabytes terabyte",
  unit: "units",
};
const units = new Map(
  Object.entries(unitSpellings).flatMap(([unit, words]) =>
    [unit, ...words.split(" ").filter((word) => word !== "")].map((word) => [word, unit] as const),
  ),
);
/** The unit that a word names; undefined for another word. One capital letter is a unit only as it is written: `K`, but no `G`. */
export const unitOf = (word: string): string | undefined =>
  units.get(word) ?? (word.length > 1 ? units.get(word.toLowerCase()) : undefined);
export const percentWords: ReadonlySet<string> = new Set(["percent", "percents", "percentage", "pct"]);
