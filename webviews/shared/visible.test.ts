import { expect, test } from "vitest";
import { markup } from "./markup.testing";
import { visible } from "./visible";

test("what cannot be seen has its name beside it and stays in the text, isolated; what can be read is as it was", () => {
  expect(visible("1+2=3\n\tשלום é")).toEqual(["1+2=3\n\tשלום é"]);
  const shown = markup(visible("1\u202e0"));
  expect(shown).toMatch(/^1<bdi class="unseen" data-name=U\+202E title=[^>]*><span>\u202e<\/span><\/bdi\s*>0$/);
});
