/** The filter line: completion while one types, what is wrong at its place, and nothing asked before a line can be read. */
import { html, t } from "../shared/l10n";
import { nothing, render, type TemplateResult } from "lit";
import { filterWords, type FilterNames, type FilterWord } from "../../server/protocol/rollout-filter/complete";
import { parseFilter } from "../../server/protocol/rollout-filter/parse";
import { FilterError } from "../../server/protocol/rollout-filter/tokens";
import { named } from "../../server/shared/unseen";

/** Milliseconds without a key after which the line is used. */
const typingPause = 300;
/** Words that are offered at once. */
const mostWords = 12;

/** What is wrong with a line; null: it can be used. */
export function problemOf(line: string, rewards: readonly string[] | null): FilterError | null {
  try {
    parseFilter(line, rewards);
    return null;
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
}

class FilterLine extends HTMLElement {
  #names: FilterNames | null = null;
  /** As it is used. */
  #used = "";
  #line = "";
  #problem: FilterError | null = null;
  #words: readonly FilterWord[] = [];
  #from = 0;
  #chosen = -1;
  #typing: ReturnType<typeof setTimeout> | undefined;
  apply: (line: string) => void = () => undefined;

  connectedCallback(): void {
    this.#draw();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#typing);
  }

  /** Null while they are not known: any word may be a reward then. */
  set names(names: FilterNames | null) {
    this.#names = names;
    this.#problem = problemOf(this.#line, names?.rewards ?? null);
    this.#draw();
  }

  set line(line: string) {
    // What somebody types meanwhile is theirs.
    if (line === this.#used) return;
    this.#used = line;
    this.#line = line;
    this.#problem = problemOf(line, this.#names?.rewards ?? null);
    this.#words = [];
    const input = this.#input();
    if (input !== null) input.value = line;
    this.#draw();
  }

  #input(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  #typed(): void {
    const input = this.#input();
    if (input === null) return;
    this.#line = input.value;
    this.#problem = problemOf(this.#line, this.#names?.rewards ?? null);
    this.#offer(input.selectionStart ?? this.#line.length);
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#use();
      this.#draw();
    }, typingPause);
    this.#draw();
  }

  #offer(cursor: number): void {
    const { from, words } = filterWords(this.#line, cursor, this.#names ?? { rewards: [], stages: [] });
    this.#from = from;
    this.#words = words.slice(0, mostWords);
    this.#chosen = -1;
  }

  #use(): void {
    clearTimeout(this.#typing);
    if (this.#problem !== null || this.#line === this.#used) return;
    this.#used = this.#line;
    this.apply(this.#line);
  }

  #accept(word: FilterWord): void {
    const input = this.#input();
    if (input === null) return;
    const cursor = input.selectionStart ?? input.value.length;
    const before = `${input.value.slice(0, this.#from)}${word.insert}${word.insert === "(" ? "" : " "}`;
    input.value = before + input.value.slice(cursor).trimStart();
    input.setSelectionRange(before.length, before.length);
    input.focus();
    this.#typed();
  }

  #pressed(event: KeyboardEvent): void {
    const open = this.#words.length > 0;
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!open) this.#offer(this.#input()?.selectionStart ?? 0);
      else {
        const count = this.#words.length;
        this.#chosen = (this.#chosen + (key === "ArrowDown" ? 1 : this.#chosen < 0 ? 0 : -1) + count) % count;
      }
    } else if (key === "Enter" || (key === "Tab" && open && this.#chosen >= 0)) {
      const word = open ? this.#words[this.#chosen] : undefined;
      if (word !== undefined) {
        event.preventDefault();
        this.#accept(word);
        return;
      }
      this.#words = [];
      this.#use();
    } else if (key === "Escape" && open) {
      event.stopPropagation();
      this.#words = [];
    } else return;
    this.#draw();
  }

  #draw(): void {
    if (!this.isConnected) return;
    const fresh = this.#input() === null;
    render(this.#view(), this);
    const input = this.#input();
    // The line may have been there before the box.
    if (fresh && input !== null) input.value = this.#line;
    const under = this.querySelector(".under");
    if (input !== null && under !== null) under.scrollLeft = input.scrollLeft;
  }

  #view(): TemplateResult {
    const problem = this.#problem;
    const open = this.#words.length > 0;
    return html`<label class="field filter">
        <span>Filter</span>
        <span class="line">
          ${
            problem === null
              ? nothing
              : html`<span class="under mono" aria-hidden="true"
                  >${this.#line.slice(0, problem.from)}<span class="bad"
                    >${this.#line.slice(problem.from, problem.to) || " "}</span
                  ></span
                >`
          }
          <input
            class="mono"
            type="text"
            role="combobox"
            spellcheck="false"
            autocomplete="off"
            placeholder="reward > 0.8 and correct = 0"
            aria-expanded=${open}
            aria-controls="filter-words"
            aria-autocomplete="list"
            aria-activedescendant=${open && this.#chosen >= 0 ? `filter-word-${this.#chosen}` : nothing}
            aria-invalid=${problem !== null}
            aria-describedby=${problem === null ? nothing : "filter-problem"}
            @input=${() => this.#typed()}
            @keydown=${(event: KeyboardEvent) => this.#pressed(event)}
            @scroll=${() => this.#draw()}
            @focus=${(event: FocusEvent) => {
              if ((event.currentTarget as HTMLInputElement).value !== "") return;
              this.#offer(0);
              this.#draw();
            }}
            @blur=${() => {
              this.#words = [];
              this.#draw();
            }}
          />
        </span>
      </label>
      <ul id="filter-words" role="listbox" aria-label="What can stand here" ?hidden=${!open}>
        ${this.#words.map(
          (word, index) =>
            html`<li
              id="filter-word-${index}"
              role="option"
              aria-selected=${index === this.#chosen}
              @pointerdown=${(event: Event) => {
                event.preventDefault();
                this.#accept(word);
              }}
            >
              <code>${named(word.insert)}</code> <span>${t(word.about)}</span>
            </li>`,
        )}
      </ul>
      ${
        problem === null || this.#line.trim() === ""
          ? nothing
          : html`<p id="filter-problem" class="filter-problem" role="alert">
              <span class="codicon codicon-error" aria-hidden="true"></span> ${named(problem.message)}
            </p>`
      }`;
  }
}

customElements.define("filter-line", FilterLine);

/** The line as it is used; `apply`: it is another one now. */
export function filterLine(line: string, names: FilterNames | null, apply: (line: string) => void): TemplateResult {
  return html`<filter-line .apply=${apply} .names=${names} .line=${line}></filter-line>`;
}
