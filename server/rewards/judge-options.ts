/** What `judge({ … })` is given, checked and with its defaults. */
import type { JudgeSettings } from "../protocol/judges";
import { keyName } from "../shared/key-name";
import type { JudgeOptions } from "./judge";

type Check = readonly [ok: (value: unknown) => boolean, must: string];

const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const positive: Check = [(value) => isNumber(value) && value > 0, "must be a number above 0"];
const wholeTo = (low: number, high: number): Check => [
  (value) => Number.isInteger(value) && Number(value) >= low && Number(value) <= high,
  `must be a whole number from ${low} to ${high}`,
];
const amounts = (names: readonly string[]): Check => [
  (value) =>
    isObject(value) && Object.entries(value).every(([name, one]) => names.includes(name) && isNumber(one) && one >= 0),
  `must be { ${names.join(", ")} }, numbers of 0 or more`,
];

const longestText = 2_000_000;

const checks: Readonly<Record<keyof JudgeOptions, Check>> = {
  rubric: [(value) => isText(value) && value.length <= longestText, "must be a text that says what is good"],
  endpoint: [
    (value) => typeof value === "string" && /^https?:\/\/[^\s/]+/.test(value) && value.length <= 2000,
    'must be an address such as "http://127.0.0.1:8000/v1"',
  ],
  model: [(value) => isText(value) && value.length <= 200, "must be the name of a model"],
  name: [
    (value) => typeof value === "string" && /^[\w.:-]{1,64}$/.test(value),
    "must be letters, digits and . _ - : only, 64 at most",
  ],
  key: [(value) => typeof value === "string" && keyName.test(value), "must be the name of a key, never the key itself"],
  range: [
    (value) =>
      Array.isArray(value) && value.length === 2 && value.every(isNumber) && Number(value[0]) < Number(value[1]),
    "must be [lowest, highest]",
  ],
  reply_format: [
    (value) => value === "json_schema" || value === "json_object" || value === "none",
    'must be "json_schema", "json_object" or "none"',
  ],
  parameters: [isObject, "must be an object of JSON values"],
  max_concurrent: wholeTo(1, 1000),
  requests_per_second: positive,
  retries: wholeTo(0, 20),
  retry_delay: positive,
  timeout: [(value) => isNumber(value) && value > 0 && value <= 3600, "must be a number of seconds from 0 to 3600"],
  repeats: wholeTo(0, 10),
  budget: amounts(["calls", "cost"]),
  price: [
    (value) => amounts(["input", "output"])[0](value) && "input" in Object(value) && "output" in Object(value),
    "must be { input, output }: prices of a million tokens",
  ],
};

const needed: readonly (keyof JudgeOptions)[] = ["rubric", "model"];

/** Throws a TypeError that names the option. */
export function checkOptions(options: JudgeOptions): void {
  if (!isObject(options)) throw new TypeError("judge takes an object: judge({ rubric, endpoint, model }).");
  for (const name of needed)
    if (options[name] === undefined) throw new TypeError(`judge needs "${name}": it ${checks[name][1]}.`);
  for (const [name, value] of Object.entries(options)) {
    const check = name in checks ? checks[name as keyof JudgeOptions] : null;
    if (check === null)
      throw new TypeError(`judge knows no option "${name}". It knows: ${Object.keys(checks).join(", ")}.`);
    if (value !== undefined && !check[0](value)) throw new TypeError(`judge: "${name}" ${check[1]}.`);
  }
  const { endpoint, model, budget, price, key } = options;
  if (endpoint === undefined && !model.startsWith("vscode:"))
    throw new TypeError(
      'judge needs "endpoint", the address of a server, unless "model" is one of the editor\'s: "vscode:NAME".',
    );
  if (endpoint !== undefined && model.startsWith("vscode:"))
    throw new TypeError('judge: a model of the editor ("vscode:…") has no "endpoint".');
  if (budget?.cost !== undefined && price === undefined)
    throw new TypeError('judge: "budget.cost" needs "price": { input, output } of a million tokens.');
  if (key !== undefined && endpoint === undefined) throw new TypeError('judge: "key" needs an "endpoint".');
}

export function settingsOf(options: JudgeOptions): JudgeSettings {
  const { endpoint = null, model, key = null, parameters = {}, budget = {} } = options;
  const name = options.name ?? model.replaceAll(/[^\w.:-]+/g, "-").slice(0, 64);
  return {
    name,
    endpoint,
    model,
    key,
    reply_format: options.reply_format ?? "json_schema",
    // A copy: nothing that JSON has no word for goes on.
    parameters: JSON.parse(
      JSON.stringify({ temperature: 0, max_tokens: 1024, ...parameters }),
    ) as JudgeSettings["parameters"],
    max_concurrent: options.max_concurrent ?? 8,
    requests_per_second: options.requests_per_second ?? null,
    retries: options.retries ?? 4,
    retry_delay: options.retry_delay ?? 1,
    timeout: options.timeout ?? 60,
    repeats: options.repeats ?? 2,
    budget: { calls: budget.calls ?? null, cost: budget.cost ?? null },
    price: options.price ?? null,
  };
}
