/** The definitions, from the same source as docs/behaviours.md. */
import { html, t } from "../shared/l10n";
import type { TemplateResult } from "lit";
import { definitions } from "../../server/protocol/behaviours";

/** `code` and *words* of Markdown. */
function inline(text: string): (TemplateResult | string)[] {
  return text.split(/(`[^`]+`|\*[^*]+\*)/).map((part) => {
    if (part.startsWith("`") && part.length > 1) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith("*") && part.length > 1 ? html`<em>${part.slice(1, -1)}</em>` : part;
  });
}

export function definitionTable(reflectionWords: readonly string[]): TemplateResult {
  return html`<details class="definitions">
    <summary>Definitions: what is counted, and where the counts go wrong</summary>
    <p class="muted">
      Only the thinking is examined. Rates are shares of rollouts that show a behaviour at least once. Reflection words:
      ${reflectionWords.length === 0 ? t("none") : reflectionWords.join(", ")}.
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Behaviour</th>
          <th scope="col">What counts</th>
          <th scope="col">Does not count</th>
          <th scope="col">Known faults</th>
        </tr>
      </thead>
      <tbody>
        ${definitions.map(
          ({ behaviour, counted, notCounted, faults }) =>
            html`<tr>
              <th scope="row">${behaviour}</th>
              <td>${inline(counted)}</td>
              <td>${inline(notCounted)}</td>
              <td>${inline(faults)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
