/**
 * The tokens of one sample: a chart of a number of theirs by position, a strip of the tokens tinted by it, and all numbers of the one that is pointed at.
 * Only the rows near what is seen are in the document.
 */
import { html, plural, t } from "../../shared/l10n";
import { LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";

import { iconButton } from "../../shared/pieces";
import { findTokens, joinedTokens, mostFound, type TokenRange } from "./find-tokens";
import { heatOf, type Measure } from "./measures";
import { numbersOf } from "./numbers";
import { drawStrip, tokenAt } from "./strip-chart";
import { layRows, moved, rowOf, type StripRows } from "../../shared/strip-rows";
import { stripWindow, type StripMarks, type StripWindow } from "../../shared/strip-window";
import { isInserted, type Tokens } from "./tokens";

/** Rows that are drawn above and below those that are seen. */
const spare = 8;
/** Height of a row, in heights of its font. */
const rowHeight = 1.9;
/** Space between tokens, in widths of a digit. */
const gap = 0.3;

export class TokenView extends LitElement {
  static override readonly properties = {
    tokens: { attribute: false },
    measure: { attribute: false },
    token: { attribute: false },
    more: { attribute: false },
    isOfRun: { attribute: false },
    under: { attribute: false },
  };

  declare tokens: Tokens;
  declare measure: Measure | null;
  /** The token that is chosen; null: none. */
  declare token: number | null;
  /** Further numbers of a token, by name. */
  declare more: readonly { readonly name: string; readonly values: ArrayLike<number> }[];
  /** Whether they are of a run: there, a token without a log-probability of sampling was not drawn. In files of other tools it may only be missing. */
  declare isOfRun: boolean;
  /** What stands under the numbers of any token. */
  declare under: TemplateResult | typeof nothing;

  #laid: StripRows = { starts: Int32Array.of(0), rows: 0 };
  #joined: ReturnType<typeof joinedTokens> | null = null;
  #pointed: number | null = null;
  #found: readonly TokenRange[] = [];
  #needle = "";
  #at = 0;
  /** The first token that is seen. */
  #first = 0;
  #font = { digit: 8, row: 22, width: 400 };
  #window: StripWindow | null = null;
  #marks: StripMarks = { chosen: null, pointed: null, found: null };
  #drawn: { readonly measure: Measure | null; readonly chosen: number | null; readonly width: number } | null = null;
  readonly #resized = new ResizeObserver(() => this.#measureFont());

  constructor() {
    super();
    this.token = null;
    this.measure = null;
    this.more = [];
    this.isOfRun = false;
    this.under = nothing;
  }

  /** The page's own styles are for what is in here, too. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.#areOthers(changed)) return;
    this.#joined = null;
    this.#pointed = null;
    this.#found = [];
    this.#needle = "";
    this.#lay();
  }

  /** Whether the tokens are others than before: further numbers of the same leave all where it is. */
  #areOthers(changed: PropertyValues<this>): boolean {
    return changed.has("tokens") && changed.get("tokens")?.ids !== this.tokens.ids;
  }

  protected override firstUpdated(): void {
    const strip = this.#strip;
    const holder = this.querySelector<HTMLElement>(".rows");
    if (!strip || !holder) return;
    this.#window = stripWindow(
      holder,
      () => ({ tokens: this.tokens, laid: this.#laid, marks: this.#marks }),
      (index) => ({
        name:
          this.isOfRun && isInserted(this.tokens, index)
            ? "inserted"
            : this.tokens.clipped?.[index] === 1
              ? "clipped"
              : "",
        heat: this.measure && heatOf(this.measure, index),
      }),
    );
    this.#resized.observe(strip);
    this.#measureFont();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const found = this.#needle === "" ? null : (this.#found[this.#at] ?? null);
    this.#marks = { chosen: this.token, pointed: this.#pointed, found };
    if (changed.has("tokens") || changed.has("measure")) this.#window?.reset();
    else this.#window?.mark();
    if (this.#areOthers(changed) || changed.has("token")) this.#reveal(this.token);
    this.#showRows();
    this.#drawChart();
  }

  /** What is seen is drawn, and where it stands in the whole. */
  readonly #showRows = (): void => {
    const strip = this.#strip;
    if (!strip || !this.#window) return;
    const { rows, starts } = this.#laid;
    const { row } = this.#font;
    const top = Math.floor(strip.scrollTop / row);
    const seen = Math.ceil(strip.clientHeight / row) + 1;
    this.#window.show(Math.max(0, top - spare), Math.min(rows, top + seen + spare), row);
    this.#first = starts[Math.min(top, rows)] ?? 0;
    const end = starts[Math.min(rows, top + seen - 1)] ?? 0;
    const { count } = this.tokens;
    const slider = this.querySelector<HTMLElement>(".seen");
    if (!slider || count === 0) return;
    slider.hidden = end - this.#first >= count;
    slider.style.left = `${(100 * this.#first) / count}%`;
    slider.style.width = `${(100 * (end - this.#first)) / count}%`;
  };

  /** Draws the chart in the colours of the theme as it is now. */
  redraw(): void {
    this.#drawn = null;
    this.#drawChart();
  }

  get #strip(): HTMLElement | null {
    return this.querySelector(".strip");
  }

  #lay(): void {
    this.#laid = layRows(this.tokens, this.#font.width / this.#font.digit, gap);
  }

  #measureFont(): void {
    const strip = this.#strip;
    if (!strip || strip.clientWidth === 0) return;
    const style = getComputedStyle(strip);
    const size = Number.parseFloat(style.fontSize);
    const context = document.createElement("canvas").getContext("2d");
    if (context) context.font = `${style.fontSize} ${style.fontFamily}`;
    const digit = context?.measureText("0000000000").width ?? 0;
    const padding = Number.parseFloat(style.paddingLeft) + Number.parseFloat(style.paddingRight);
    const next = {
      digit: digit > 0 ? digit / 10 : size * 0.6,
      row: Math.ceil(size * rowHeight),
      width: strip.clientWidth - padding,
    };
    const { digit: own, row, width } = this.#font;
    if (next.digit === own && next.row === row && next.width === width) return;
    this.#font = next;
    this.#lay();
    this.#window?.reset();
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.#reveal(this.token);
      this.#showRows();
    });
  }

  /** Brings a token's row into sight. */
  #reveal(token: number | null): void {
    const strip = this.#strip;
    if (!strip || token === null) return;
    const top = rowOf(this.#laid, token) * this.#font.row;
    if (top < strip.scrollTop) strip.scrollTop = top;
    else if (top + this.#font.row > strip.scrollTop + strip.clientHeight)
      strip.scrollTop = top + this.#font.row - strip.clientHeight;
  }

  #choose(token: number | null): void {
    this.token = token;
    this.#pointed = null;
    this.dispatchEvent(new CustomEvent("choose", { detail: token }));
  }

  readonly #hovered = ({ target }: Event): void => {
    const token = target instanceof Element ? target.closest<HTMLElement>(".token")?.dataset["index"] : undefined;
    const pointed = token === undefined ? null : Number(token);
    if (pointed === this.#pointed) return;
    this.#pointed = pointed;
    this.requestUpdate();
  };

  readonly #clicked = ({ target }: Event): void => {
    const token = target instanceof Element ? target.closest<HTMLElement>(".token")?.dataset["index"] : undefined;
    if (token !== undefined) this.#choose(Number(token));
  };

  readonly #pressed = (event: KeyboardEvent): void => {
    if (event.altKey || event.metaKey || event.shiftKey) return;
    const key = event.ctrlKey ? `Control+${event.key}` : event.key;
    const page = Math.max(1, Math.floor((this.#strip?.clientHeight ?? 0) / this.#font.row) - 1);
    const to =
      this.token === null && event.key.startsWith("Arrow") && this.tokens.count > 0
        ? this.#first
        : moved(this.#laid, this.token ?? 0, key, page);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#choose(to);
  };

  readonly #typed = (event: Event): void => {
    this.#needle = (event.currentTarget as HTMLInputElement).value;
    this.#joined ??= joinedTokens(this.tokens);
    this.#found = findTokens(this.#joined, this.#needle);
    this.#at = 0;
    this.#show();
    this.requestUpdate();
  };

  readonly #findPressed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#next(event.shiftKey ? -1 : 1);
  };

  #next(by: number): void {
    if (this.#found.length === 0) return;
    this.#at = (this.#at + by + this.#found.length) % this.#found.length;
    this.#show();
  }

  #show(): void {
    const range = this.#found[this.#at];
    if (range) this.#choose(range.first);
  }

  readonly #chartClicked = (event: MouseEvent): void => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    if (!this.measure) return;
    const { left, width } = canvas.getBoundingClientRect();
    const token = tokenAt(this.measure, (event.clientX - left) / width, Math.round(width));
    if (token !== null) this.#choose(token);
  };

  #drawChart(): void {
    const canvas = this.querySelector("canvas");
    if (!canvas || !this.measure) return;
    const next = { measure: this.measure, chosen: this.token, width: canvas.clientWidth };
    const last = this.#drawn;
    if (last && last.measure === next.measure && last.chosen === next.chosen && last.width === next.width) return;
    this.#drawn = next;
    drawStrip(canvas, this.measure, { chosen: this.token, count: this.tokens.count });
  }

  #findBar(): TemplateResult {
    const count = this.#found.length;
    const told =
      this.#needle === ""
        ? ""
        : count === 0
          ? t("not found")
          : t("{0} of {1}", this.#at + 1, count === mostFound ? t("the first {0}", mostFound) : count);
    return html`<div class="find" role="search">
      <input
        type="search"
        aria-label="Find in the tokens"
        placeholder="Find in the tokens"
        .value=${this.#needle}
        @input=${this.#typed}
        @keydown=${this.#findPressed}
      />
      ${iconButton("arrow-up", t("Find before (Shift+Enter)"), () => this.#next(-1), count === 0)}
      ${iconButton("arrow-down", t("Find next (Enter)"), () => this.#next(1), count === 0)}
      <span role="status">${told}</span>
    </div>`;
  }

  protected override render(): TemplateResult {
    const { rows } = this.#laid;
    const { row } = this.#font;
    const shown = this.#pointed ?? this.token;
    const { count } = this.tokens;
    return html`${
        this.measure
          ? html`<div class="strip-chart">
              <canvas
                role="img"
                aria-label=${chartLabel(this.measure, count)}
                title="By position in the completion. Click: go to the token."
                @click=${this.#chartClicked}
              ></canvas>
              <div class="seen" aria-hidden="true"></div>
            </div>`
          : nothing
      }
      ${this.#findBar()}
      <div class="tokens">
        <div
          class="strip mono"
          tabindex="0"
          role="application"
          aria-roledescription="token strip"
          aria-label="${plural(count, "token")}. Arrow keys move from token to token."
          aria-activedescendant=${this.token === null ? nothing : "chosen-token"}
          @scroll=${this.#showRows}
          @mouseover=${this.#hovered}
          @mouseleave=${this.#hovered}
          @click=${this.#clicked}
          @keydown=${this.#pressed}
        >
          <div class="rows" .style=${`height: ${rows * row}px; --row: ${row}px`}></div>
        </div>
        <aside class="numbers">
          <div aria-live="polite">
            ${
              shown === null
                ? html`<p>Point at a token, or move to it with the arrow keys, to see its numbers.</p>`
                : numbersOf(this.tokens, shown, this.more, this.isOfRun)
            }
          </div>
          ${this.under}
        </aside>
      </div>`;
  }
}

function chartLabel({ values }: Measure, count: number): string {
  let at = -1;
  for (let index = 0; index < values.length; index++)
    if (!Number.isNaN(values[index]!) && (at < 0 || Math.abs(values[index]!) > Math.abs(values[at]!))) at = index;
  return at < 0
    ? t("Chart without numbers")
    : t("By position: of {0} number {1} has the largest", plural(count, "token"), at + 1);
}

customElements.define("token-view", TokenView);
