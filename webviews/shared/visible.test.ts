import { expect, test } from "vitest";
import { markup } from "./markup.testing";
import { breakable, plainName, visible } from "./visible";

test("what cannot be seen has its name beside it and stays in the text, isolated; what can be read is as it was", () => {
  expect(visible("1+2=3\n\tשלום é")).toEqual(["1+2=3\n\tשלום é"]);
  const shown = markup(visible("1\u202e0"));
  expect(shown).toMatch(/^1<bdi class="unseen" data-name=U\+202E title=[^>]*><span>\u202e<\/span><\/bdi\s*>0$/);
});

test("a name that stands where nothing but plain text can is named and cut, and goes on in another line where its parts end", () => {
  expect(plainName("a\u202eb\u0000")).toBe("a⟨U+202E⟩b⟨U+0000⟩");
  expect(plainName(`${"x".repeat(119)}😀`)).toBe(`${"x".repeat(119)}\ufffd…`);
  const shown = markup(breakable("stages.cold-start.top_k\u200b"));
  expect(shown.replaceAll(/<bdi.*?<\/bdi\s*>/gs, "⟨…⟩").replaceAll(/<wbr\s*\/?>/g, "|")).toBe(
    "stages.|cold-start.|top_|k⟨…⟩",
  );
});
