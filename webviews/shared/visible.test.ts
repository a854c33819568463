import { expect, test } from "vitest";
import { visible } from "./visible";

test("what cannot be seen is named, what can be read stays", () => {
  expect(visible("1+2=3\n\tשלום مرحبا 👩‍🚀 é")).toBe("1+2=3\n\tשלום مرحبا 👩‍🚀 é");
  expect(visible("a\u202eb\u202c\u0000\u001b[31m\u200b\ufeff\u2066x\u2069\r\n")).toBe(
    "a[U+202E]b[U+202C][U+0000][U+001B][31m[U+200B][U+FEFF][U+2066]x[U+2069]\r\n",
  );
});
