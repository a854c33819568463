import { expect, next, peek, take } from "./cursor";
import type { Cursor } from "./cursor";
import type { Expression } from "./expression";
import { unparseable } from "./tokens";

/** A unit or words behind a value: `15 cm²`, `12 red balls`, `60 km/h`. */
export function withUnit(cursor: Cursor, value: Expression): Expression {
  let unit = "";
  for (;;) {
    const { type, text } = peek(cursor);
    if (type === "unit" || type === "text") {
      // Words with further numbers or alternatives are no unit: "5 or 6".
      if (/\d|\b(?:or|and|not)\b/i.test(text)) throw unparseable;
      unit += (unit === "" || unit.endsWith("/") ? "" : " ") + text;
      cursor.at++;
      if (take(cursor, "^")) {
        const braced = take(cursor, "{");
        const exponent = next(cursor);
        if (exponent.type !== "number") throw unparseable;
        if (braced) expect(cursor, "}");
        unit += exponent.text.replace("²", "2").replace("³", "3");
      }
    } else if (unit !== "" && type === "symbol" && text === "/" && ["unit", "text"].includes(peek(cursor, 1).type)) {
      unit += "/";
      cursor.at++;
    } else return unit === "" ? value : { kind: "measure", value, unit };
  }
}
