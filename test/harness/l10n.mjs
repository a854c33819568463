// `npm run l10n`: gathers what can be translated. Texts of the manifest go to `package.nls.json`, those of the pages to `l10n/bundle.l10n.json`; a language adds
// a file beside each (`package.nls.de.json`, `l10n/bundle.l10n.de.json`).
import { globSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { root } from "./node.mjs";

const sortedBy = (texts) =>
  Object.fromEntries(Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

/** Strings of a template literal, holes left out. */
const stringsOf = (template) =>
  ts.isNoSubstitutionTemplateLiteral(template)
    ? [template.text]
    : [template.head.text, ...template.templateSpans.map(({ literal }) => literal.text)];

/** Where texts stand in tables that are translated as they are shown. */
const titled = [
  { where: /^server[\\/]health[\\/]rules[\\/]/, names: ["title", "remedy"] },
  { where: /^server[\\/]protocol[\\/]stage-kinds\.ts$/, names: ["title"] },
  { where: /^server[\\/]protocol[\\/]behaviours\.ts$/, names: ["title", "of"] },
  { where: /^server[\\/]protocol[\\/]rollout-filter[\\/]saved\.ts$/, names: ["name"] },
  { where: /^server[\\/]protocol[\\/]rollout-filter[\\/]complete\.ts$/, names: ["about"] },
  { where: /^server[\\/]protocol[\\/]rollout-filter[\\/]fields\.ts$/, names: null },
];

/** A string that may be put together of several; null: it is none. */
function literalOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return null;
  const [left, right] = [literalOf(node.left), literalOf(node.right)];
  return left === null || right === null ? null : left + right;
}

/** Values of properties of these names (null: of any), but for those of a `source`, whose title is somebody else's. */
function literalsOf(source, names) {
  const found = [];
  const look = (node) => {
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) {
      if (node.name.text === "source") return;
      const text = names?.includes(node.name.text) === false ? null : literalOf(node.initializer);
      if (text) found.push(text);
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

export async function pageMessages() {
  const { messagesOf } = await import(pathToFileURL(join(root, "webviews", "shared", "template-texts.ts")).href);
  const found = new Set();
  const visit = (node) => {
    if (ts.isTaggedTemplateExpression(node) && ts.isIdentifier(node.tag) && ["html", "svg"].includes(node.tag.text))
      for (const message of messagesOf(stringsOf(node.template))) found.add(message);
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const [first, second] = node.arguments;
      if (node.expression.text === "t" && first && ts.isStringLiteralLike(first)) found.add(first.text);
      if (node.expression.text === "plural" && second && ts.isStringLiteralLike(second))
        for (const message of [`{0} ${second.text}`, `{0} ${second.text}s`]) found.add(message);
    }
    ts.forEachChild(node, visit);
  };
  for (const file of globSync("webviews/**/*.ts", { cwd: root }).sort()) {
    if (/\.(test|testing|d)\.ts$/.test(file)) continue;
    visit(ts.createSourceFile(file, await readFile(join(root, file), "utf8"), ts.ScriptTarget.Latest, true));
  }
  for (const file of globSync("server/**/*.ts", { cwd: root }).sort()) {
    if (/\.(test|testing|d)\.ts$/.test(file)) continue;
    const text = await readFile(join(root, file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    if (/from "[./]+\/shared\/l10n"/.test(text)) visit(source);
    const named = titled.find(({ where }) => where.test(file));
    if (named !== undefined) for (const message of literalsOf(source, named.names)) found.add(message);
  }
  return sortedBy(Object.fromEntries([...found].map((message) => [message, message])));
}

/** Fields of the manifest that people read, wherever they stand. */
const read = new Set([
  "title",
  "shortTitle",
  "description",
  "markdownDescription",
  "enumDescriptions",
  "markdownEnumDescriptions",
  "enumItemLabels",
  "deprecationMessage",
  "contents",
  "displayName",
  "name",
]);
/** Where `name` and `title` are read; elsewhere they are identifiers. */
const isNamed = (path) => path.includes("views") || path.includes("walkthroughs");

export function manifestTexts(manifest, known) {
  const texts = {};
  const walk = (value, path) => {
    if (Array.isArray(value))
      return value.map((one, index) =>
        walk(one, [
          ...path,
          typeof one === "object" ? (one?.command ?? one?.id ?? one?.view ?? one?.viewType ?? index) : index,
        ]),
      );
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one, [...path, key])]));
    const field = path.findLast((part) => typeof part === "string" && read.has(part)) ?? "";
    const isText = typeof value === "string" && path.slice(-2).includes(field) && (field !== "name" || isNamed(path));
    if (!isText) return value;
    const key = /^%(.*)%$/.exec(value)?.[1];
    if (key !== undefined && known[key] !== undefined) {
      texts[key] = known[key];
      return value;
    }
    const own = path
      .filter((part) => !["contributes", "properties", "commands", "configuration"].includes(part))
      .join(".");
    // Two views of one name, say.
    const taken = (name) => name in texts || name in known;
    const name = !taken(own)
      ? own
      : [2, 3, 4, 5, 6, 7, 8, 9].map((number) => `${own}.${number}`).find((one) => !taken(one));
    if (name === undefined) throw new Error(`Too many texts are called ${own} in package.json.`);
    texts[name] = value;
    return `%${name}%`;
  };
  const { contributes, capabilities, ...rest } = manifest;
  return {
    manifest: {
      ...rest,
      ...(capabilities ? { capabilities: walk(capabilities, ["capabilities"]) } : {}),
      contributes: walk(contributes, []),
    },
    texts: sortedBy(texts),
  };
}

async function main() {
  const file = join(root, "package.json");
  const text = await readFile(file, "utf8");
  const before = JSON.parse(await readFile(join(root, "package.nls.json"), "utf8").catch(() => "{}"));
  const { manifest, texts } = manifestTexts(JSON.parse(text), before);
  // In its order.
  const order = Object.keys(JSON.parse(text));
  await writeFile(file, json(Object.fromEntries(order.map((key) => [key, manifest[key]]))));
  await writeFile(join(root, "package.nls.json"), json(texts));
  await mkdir(join(root, "l10n"), { recursive: true });
  const messages = await pageMessages();
  await writeFile(join(root, "l10n", "bundle.l10n.json"), json(messages));
  console.log(`${Object.keys(texts).length} texts of the manifest, ${Object.keys(messages).length} of the pages.`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
