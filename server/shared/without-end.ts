/** A text without a character at its end, however often it stands there. A pattern that ends so looks at each place where a run begins, and again at all of it. */
export function withoutAtEnd(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
