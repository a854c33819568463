import fc from "fast-check";
import { expect, test } from "vitest";
import { named, seenParts } from "./unseen";

test.each([
  ["text that runs backwards", "1\u202e02\u202c", "1⟨U+202E⟩02⟨U+202C⟩"],
  ["isolates", "\u20661\u2069", "⟨U+2066⟩1⟨U+2069⟩"],
  ["marks of direction", "a\u200eb\u200fc\u061c", "a⟨U+200E⟩b⟨U+200F⟩c⟨U+061C⟩"],
  ["no width", "1\u200b0\ufeff\u2060", "1⟨U+200B⟩0⟨U+FEFF⟩⟨U+2060⟩"],
  ["joiners within a number", "1\u200d0\u200c", "1⟨U+200D⟩0⟨U+200C⟩"],
  ["joiners within Latin and Cyrillic", "о\u200dт é\u200cé", "о⟨U+200D⟩т é⟨U+200C⟩é"],
  ["many joiners in a row", "ك\u200d\u200d\u200dك", "ك⟨U+200D⟩⟨U+200D⟩⟨U+200D⟩ك"],
  ["a soft hyphen and fillers", "1\u00ad2\u3164\u115f\uffa0", "1⟨U+00AD⟩2⟨U+3164⟩⟨U+115F⟩⟨U+FFA0⟩"],
  ["tags", "a\u{e0041}\u{e007f}", "a⟨U+E0041⟩⟨U+E007F⟩"],
  ["variants that hide bytes", "a\ufe01\u{e0100}😀\ufe0f\ufe0f", "a⟨U+FE01⟩⟨U+E0100⟩😀\ufe0f⟨U+FE0F⟩"],
  ["controls", "\u0000\u001b[31m\u009b\u0085\r", "⟨U+0000⟩⟨U+001B⟩[31m⟨U+009B⟩⟨U+0085⟩⟨U+000D⟩"],
  ["line ends of no file", "a\u2028b\u2029", "a⟨U+2028⟩b⟨U+2029⟩"],
  ["halves of characters", "\ud800a\udc00", "⟨U+D800⟩a⟨U+DC00⟩"],
])("%s is named", (_name, text, shown) => {
  expect(named(text)).toBe(shown);
});

test("what can be read stays, and so does what its script or picture is written with", () => {
  for (const text of [
    "1+2=3\n\ta\r\nb é ∑ 数 \u00a0",
    "שלום مرحبا می\u200cخواهم क्\u200dष",
    "👩\u200d🚀 🏳️\u200d🌈 👍🏽\u200d❤ ❤\ufe0f 1\ufe0f\u20e3 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "葛\u{e0100} ᠠ\u180b",
  ])
    expect(named(text)).toBe(text);
});

test("parts are the text again, whatever it is, and a part with a name is one character", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\u202e", "\u200d", "\ufe0f", "\u{e0020}", "🏴", "ا"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("");
      const parts = seenParts(text);
      expect(parts.map((part) => part.text).join("")).toBe(text);
      for (const { text: character, name } of parts) if (name !== null) expect(Array.from(character)).toHaveLength(1);
    }),
  );
});
