/**
 * Tags of an HTML page. Each character is looked at once, whatever the page is: expressions that look for the end of a tag from each of its beginnings
 * take hours for a page of a megabyte.
 */
export interface Tag {
  /** In lower case, as those of its attributes. */
  readonly name: string;
  /** As written; those without a value are empty. */
  readonly attributes: ReadonlyMap<string, string>;
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Text of an attribute, its character references resolved. */
export const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hexadecimal, name) => {
    if (typeof name === "string") return named[name.toLowerCase()] ?? whole;
    const code = typeof decimal === "string" ? Number(decimal) : parseInt(String(hexadecimal), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** Matches an expression with the flag `y` at a place; the text, or null. */
function at(pattern: RegExp, html: string, place: number): string | null {
  pattern.lastIndex = place;
  return pattern.exec(html)?.[0] ?? null;
}

/** Tags of the wanted names (lower case) with their attributes, in their order. A tag that does not end ends the page. */
export function* tagsOf(html: string, wanted: ReadonlySet<string>): Generator<Tag> {
  for (let place = html.indexOf("<"); place >= 0; place = html.indexOf("<", place)) {
    if (html.startsWith("<!--", place)) {
      const end = html.indexOf("-->", place + 4);
      if (end < 0) return;
      place = end + 3;
      continue;
    }
    place++;
    const name = at(/[a-z][^\s/>]*/iy, html, place)?.toLowerCase();
    if (name === undefined) continue;
    const read = readAttributes(html, place + name.length);
    if (read === null) return;
    place = read.end;
    if (wanted.has(name)) yield { name, attributes: read.attributes };
  }
}

/** Attributes of a tag from behind its name on, and where the tag has ended; null: it does not end. */
function readAttributes(html: string, start: number): (Pick<Tag, "attributes"> & { readonly end: number }) | null {
  const attributes = new Map<string, string>();
  const skip = (place: number, pattern: RegExp): number => place + (at(pattern, html, place)?.length ?? 0);
  for (let place = skip(start, /[\s/]*/y); place < html.length; place = skip(place, /[\s/]*/y)) {
    if (html[place] === ">") return { attributes, end: place + 1 };
    // A name may begin with what else separates it from its value.
    const name = at(/[^\s/>][^\s/>=]*/y, html, place)!;
    place = skip(place + name.length, /\s*/y);
    let value = "";
    if (html[place] === "=") {
      place = skip(place + 1, /\s*/y);
      const quote = html[place];
      if (quote === '"' || quote === "'") {
        const end = html.indexOf(quote, place + 1);
        if (end < 0) return null;
        value = html.slice(place + 1, end);
        place = end + 1;
      } else {
        value = at(/[^\s>]*/y, html, place) ?? "";
        place += value.length;
      }
    }
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, value);
  }
  return null;
}
