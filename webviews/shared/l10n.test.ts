import { afterEach, expect, test } from "vitest";
import * as fc from "fast-check";
import { html, plural, setTexts, t } from "./l10n";
import { markup } from "./markup.testing";
import { messagesOf, translated } from "./template-texts";

afterEach(() => setTexts({}));

const stringsOf = (strings: TemplateStringsArray, ...values: unknown[]): readonly string[] =>
  values.length < strings.length ? strings : [];

test("messages of a template are its texts and what is read out, with holes in their places", () => {
  const strings = stringsOf`<p class="count" title="How many  match">
      Show ${1} of
      <b>${2}</b> <!-- no text -->rows
    </p><input placeholder='Type "it"' value="no text" aria-label="Row ${3}" @input=${4} /><i>${5}</i> 12 – ${6}`;
  expect(messagesOf(strings)).toEqual(["How many match", "Show {0} of", "rows", 'Type "it"', "Row {0}"]);
});

test("a translation puts texts and values in its own order, and markup of it is text", () => {
  const view = (shown: number, all: number): string =>
    markup(html`<p title="How many">Show ${shown} of ${all} <b>now</b></p>`);
  expect(view(3, 9)).toBe('<p title="How many">Show 3 of 9 <b>now</b></p>');
  setTexts({ "Show {0} of {1}": "Von {1} <zeige> {0}", "How many": 'Wie "viele"', now: "jetzt" });
  expect(view(3, 9)).toBe('<p title="Wie &quot;viele&quot;">Von 9 &lt;zeige> 3 <b>jetzt</b></p>');
});

test("a translation that loses a value is not used", () => {
  setTexts({ "Show {0} of {1}": "Zeige {0}" });
  expect(markup(html`<p>Show ${3} of ${9}</p>`)).toBe("<p>Show 3 of 9</p>");
});

test("texts elsewhere, with values and in the plural", () => {
  expect([t("Step {0}", 4), plural(1, "row"), plural(2, "row")]).toEqual(["Step 4", "1 row", "2 rows"]);
  setTexts({ "Step {0}": "{0}. Schritt", "{0} row": "{0} Zeile", "{0} rows": "{0} Zeilen" });
  expect([t("Step {0}", 4), plural(1, "row"), plural(2, "row")]).toEqual(["4. Schritt", "1 Zeile", "2 Zeilen"]);
  // Names of Object's own are no messages.
  expect(t("constructor")).toBe("constructor");
});

test("whatever the markup, a translation that changes nothing changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: fc.constantFrom("<", ">", "a", " ", '"', "=", "t", "title=", "!--", "-->", "/") })),
      (parts) => {
        const strings = [...parts, ""];
        const same = translated(strings, (message) => message);
        if (same === null) return;
        const normal = (all: readonly string[]): string =>
          all
            .join("\u0001")
            .replaceAll(/\s+/g, " ")
            .replaceAll("&lt;", "<")
            .replaceAll("&quot;", '"')
            .replaceAll("&amp;", "&");
        expect(same.order).toEqual(parts.map((_, index) => index));
        expect(normal(same.strings)).toBe(normal(strings));
      },
    ),
  );
});
