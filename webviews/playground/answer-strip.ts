/** The tokens of one answer, tinted by their surprise: only the rows near what is seen are in the document, and none of an answer that is out of sight. */
import type { PlayToken } from "../../server/protocol/playground";
import { layRows, moved, rowOf, type StripRows, type StripTokens } from "../shared/strip-rows";
import { stripWindow, type StripMarks, type StripWindow } from "../shared/strip-window";

/** −log π at which a token is fully tinted: e^−4, one in fifty. */
const fullSurprise = 4;
/** Rows that are drawn above and below those that are seen. */
const spare = 6;
/** Height of a row, in heights of its font. */
const rowHeight = 1.8;
/** Space between tokens, in widths of a digit; the style sheet has the same. */
const gap = 0.4;

/** Says `choose` (detail: the token, or null) and `again` (detail: the token to draw again from). */
class AnswerStrip extends HTMLElement {
  #tokens: readonly PlayToken[] = [];
  #strip: StripTokens = { count: 0, ids: [], texts: new Map() };
  #laid: StripRows = { starts: Int32Array.of(0), rows: 0 };
  #font = { digit: 8, row: 22, width: 0 };
  #marks: StripMarks = { chosen: null, pointed: null, found: null };
  #inSight = false;
  readonly #holder = document.createElement("div");
  readonly #window: StripWindow = stripWindow(
    this.#holder,
    () => ({ tokens: this.#strip, laid: this.#laid, marks: this.#marks }),
    (index) => {
      const { logprob, given } = this.#tokens[index]!;
      const strength = Math.min(1, Math.max(0, -logprob / fullSurprise));
      return { name: given ? "given" : "", heat: { strength, side: "high" } };
    },
  );
  readonly #seen = new IntersectionObserver(
    (entries) => {
      this.#inSight = entries.at(-1)?.isIntersecting ?? this.#inSight;
      this.#show();
    },
    { rootMargin: "400px" },
  );
  readonly #resized = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    this.#holder.className = "rows";
    this.addEventListener("scroll", () => this.#show());
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("click", ({ target }) => {
      const token = target instanceof Element ? target.closest<HTMLElement>(".token")?.dataset["index"] : undefined;
      if (token !== undefined) this.#choose(Number(token));
    });
  }

  connectedCallback(): void {
    this.append(this.#holder);
    this.#seen.observe(this);
    this.#resized.observe(this);
  }

  disconnectedCallback(): void {
    this.#seen.disconnect();
    this.#resized.disconnect();
  }

  /** What is behind those that are there already is laid out anew, from the row in which it begins. */
  set tokens(tokens: readonly PlayToken[]) {
    if (tokens === this.#tokens) return;
    const before = this.#tokens;
    let same = Math.min(before.length, tokens.length);
    // What is drawn goes on as it was, token by token: news come behind it.
    if (same > 0 && (before[0] !== tokens[0] || before[same - 1] !== tokens[same - 1])) same = 0;
    this.#tokens = tokens;
    this.#strip = {
      count: tokens.length,
      ids: tokens.map(({ id }) => id),
      texts: new Map(tokens.map(({ id, text }) => [id, text])),
    };
    const kept = same === 0 ? 0 : Math.max(0, rowOf(this.#laid, same - 1));
    this.#lay(kept);
  }

  set token(chosen: number | null) {
    if (chosen === this.#marks.chosen) return;
    this.#marks = { ...this.#marks, chosen };
    this.#window.mark();
    if (chosen === null) return;
    const { row } = this.#font;
    const top = rowOf(this.#laid, chosen) * row;
    if (top < this.scrollTop) this.scrollTop = top;
    else if (top + row > this.scrollTop + this.clientHeight) this.scrollTop = top + row - this.clientHeight;
    this.#show();
  }

  #measure(): void {
    if (this.clientWidth === 0) return;
    const { fontSize, fontFamily } = getComputedStyle(this);
    const context = document.createElement("canvas").getContext("2d");
    if (context) context.font = `${fontSize} ${fontFamily}`;
    const size = Number.parseFloat(fontSize);
    const digits = context?.measureText("0000000000").width ?? 0;
    const next = {
      digit: digits > 0 ? digits / 10 : size * 0.6,
      row: Math.ceil(size * rowHeight),
      width: this.clientWidth,
    };
    const { digit, row, width } = this.#font;
    if (next.digit === digit && next.row === row && next.width === width) return;
    this.#font = next;
    this.#lay(0);
  }

  #lay(from: number): void {
    const { digit, row, width } = this.#font;
    // Before it is known how wide a row is there is nothing to lay out.
    if (width === 0) return;
    this.#laid = layRows(this.#strip, width / digit, gap);
    this.#holder.style.cssText = `height: ${this.#laid.rows * row}px; --row: ${row}px`;
    this.#window.reset(from);
    this.#show();
  }

  #show(): void {
    const { row, width } = this.#font;
    if (!this.#inSight || width === 0) {
      this.#window.show(0, 0, row);
      return;
    }
    const top = Math.floor(this.scrollTop / row);
    const seen = Math.ceil(this.clientHeight / row) + 1;
    this.#window.show(Math.max(0, top - spare), Math.min(this.#laid.rows, top + seen + spare), row);
  }

  #choose(token: number | null): void {
    // As of now: keys come faster than the page is drawn.
    this.token = token;
    this.dispatchEvent(new CustomEvent("choose", { detail: token }));
  }

  #pressed(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    const { chosen } = this.#marks;
    if (event.key === "Enter" && chosen !== null) {
      this.dispatchEvent(new CustomEvent("again", { detail: chosen }));
      return;
    }
    if (event.key === "Escape" && chosen !== null) {
      this.#choose(null);
      return;
    }
    const key = event.ctrlKey ? `Control+${event.key}` : event.key;
    const page = Math.max(1, Math.floor(this.clientHeight / this.#font.row) - 1);
    const arrow = event.key.startsWith("Arrow") && this.#tokens.length > 0;
    const to = chosen === null && arrow ? 0 : moved(this.#laid, chosen ?? 0, key, page);
    if (to === null) return;
    event.preventDefault();
    this.#choose(to);
  }
}

customElements.define("answer-strip", AnswerStrip);
