/** An audit as a list of findings: what was paid, what a sound reward pays, and why. */
import { html, plural, t } from "../shared/l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import type { AuditFinding, AuditReport } from "../../server/protocol/audit";
import { rewardErrorText, type RewardOutcome } from "../../server/protocol/traces";

import { emptyState, problem } from "../shared/pieces";
import { visible } from "../shared/visible";
import { listed, type AuditModel } from "./model";

export function auditView(model: AuditModel): TemplateResult {
  const { problem: why } = model.state();
  return html`<h1 class="visually-hidden">Reward audit</h1>
    ${header(model)} ${problem(why, () => model.pull())} ${content(model)}`;
}

const number = (score: number): string => String(Math.round(score * 1e4) / 1e4);

function header(model: AuditModel): TemplateResult | typeof nothing {
  const { view, place, running } = model.state();
  if (!view) return nothing;
  const accepted = view.report.findings.filter((finding) => finding.accepted !== null).length;
  return html`<header class="toolbar">
    <h2 class="file">${visible(view.name)}</h2>
    <vscode-button ?disabled=${running} @click=${() => model.again()}
      >${running ? t("Auditing…") : t("Audit Again")}</vscode-button
    >
    ${
      accepted === 0
        ? nothing
        : html`<vscode-button secondary @click=${() => model.go({ show: place.show === "all" ? "open" : "all" })}
            >${place.show === "all" ? t("Hide") : t("Show")} ${accepted} accepted</vscode-button
          >`
    }
  </header>`;
}

function content(model: AuditModel): TemplateResult | typeof nothing {
  const state = model.state();
  const { view, place, problem: why, running } = state;
  if (view === undefined) return why === null ? html`<p class="loading" role="status">Reading…</p>` : nothing;
  if (view === null)
    return html`${emptyState(t("No audit yet"), t("Choose “Audit” above a reward. What an audit found is known until the window is reloaded."))}
    ${
      place.reward === null
        ? nothing
        : html`<p class="again">
            <vscode-button ?disabled=${running} @click=${() => model.again()}>Audit Again</vscode-button>
          </p>`
    }`;
  const { report } = view;
  const findings = listed(state);
  const open = findings.find(({ id }) => id === place.finding) ?? findings[0];
  return html`${view.outdated ? html`<p class="banner" role="status">The reward was edited since: audit it again.</p>` : nothing}
  ${verdict(report)}
  ${
    findings.length === 0
      ? nothing
      : html`<div class="columns">
          <ol class="findings" aria-label="Findings">
            ${repeat(
              findings,
              ({ id }) => id,
              (finding) => row(model, finding, finding.id === open?.id),
            )}
          </ol>
          ${open ? detail(model, open) : nothing}
        </div>`
  }`;
}

const pays = {
  answer: t("pays for the right answer"),
  form: t("pays for a form"),
  other: t("pays for something else"),
} as const;

function verdict({ findings, failures, rewards, prompts, seconds, notes }: AuditReport): TemplateResult {
  const proven = findings.filter((finding) => finding.verdict === "proven" && finding.accepted === null).length;
  const judged = findings.filter((finding) => finding.verdict === "judgement" && finding.accepted === null).length;
  const passed = failures.length === 0 && proven === 0;
  return html`<section class="verdict" aria-label="Verdict">
    <p class="headline" data-passed=${passed ? "yes" : "no"}>
      <span class="codicon codicon-${passed ? "pass" : "error"}" aria-hidden="true"></span>
      ${
        failures.length > 0
          ? t("The audit failed: it could not be run as a whole.")
          : proven > 0
            ? t("{0} proven", plural(proven, "finding"))
            : t("Nothing proven")
      }${judged > 0 ? t(", {0} to look at", judged) : ""}
    </p>
    ${failures.map((failure) => html`<p class="failure">${visible(failure)}</p>`)}
    <p class="muted">
      ${rewards.map(
        ({ name, pays: what, scored, errors }) =>
          html`<b>${visible(name)}</b> ${pays[what]}
            (${plural(scored, "completion")}${errors > 0 ? `, ${plural(errors, "error")}` : ""}). `,
      )}
      On ${plural(prompts, "prompt")} in ${seconds.toFixed(1)} s.
    </p>
    ${notes.map((note) => html`<p class="muted">${visible(note)}</p>`)}
  </section>`;
}

const outcomeText = (outcome: RewardOutcome): string =>
  outcome.kind === "score"
    ? number(outcome.score)
    : outcome.kind === "error"
      ? rewardErrorText(outcome)
      : t("no score");

function row(model: AuditModel, finding: AuditFinding, isOpen: boolean): TemplateResult {
  const { id, reward, title, verdict: kind, got, gold, accepted } = finding;
  return html`<li>
    <button
      class="finding"
      type="button"
      data-finding=${id}
      aria-current=${isOpen ? "true" : "false"}
      @click=${() => model.go({ finding: id })}
    >
      <span class="tag" data-verdict=${accepted === null ? kind : "accepted"}
        >${accepted !== null ? t("accepted") : kind === "proven" ? t("proven") : t("look at")}</span
      >
      <span class="title">${visible(title)}</span>
      <span class="muted scores"
        >${visible(reward ?? t("weighted sum"))} ·
        ${visible(outcomeText(got))}${gold === null ? nothing : html` · gold ${number(gold)}`}</span
      >
    </button>
  </li>`;
}

function detail(model: AuditModel, finding: AuditFinding): TemplateResult {
  const { id, title, message, sample, got, gold, sound, prompts, tried, place, command, reward, accepted } = finding;
  const added = model.state().cases.has(id);
  return html`<article class="detail" aria-label=${title}>
    <h3>${visible(title)}</h3>
    <p>${visible(message)}</p>
    <dl class="scores">
      <div>
        <dt>got</dt>
        <dd>${visible(outcomeText(got))}</dd>
      </div>
      <div>
        <dt>sound</dt>
        <dd>${sound === null ? t("your judgement") : html`at most ${number(sound.score)}`}</dd>
      </div>
      <div>
        <dt>gold answer gets</dt>
        <dd>${gold === null ? "–" : number(gold)}</dd>
      </div>
      <div>
        <dt>found on</dt>
        <dd>${prompts} of ${plural(tried, "prompt")}</dd>
      </div>
    </dl>
    <div class="actions">
      ${
        sound === null || reward === null
          ? nothing
          : html`<vscode-button class="add-case" ?disabled=${added} @click=${() => model.addCase(finding)}
              >${added ? t("Added as a Case") : t("Add as a Case")}</vscode-button
            >`
      }
      <vscode-button class="open-line" secondary @click=${() => model.openLine(finding)}
        >Open the Line That Paid</vscode-button
      >
      ${place === null ? nothing : html`<vscode-button secondary @click=${() => model.openSample(finding)}>Open the Rollout</vscode-button>`}
    </div>
    ${text(t("Prompt"), sample.prompt)} ${text(t("Completion"), sample.completion)}
    ${text(t("Gold answer"), sample.answer)} ${text(t("Shows it again"), command)}
    <form
      class="accept"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const field = (event.currentTarget as HTMLFormElement).querySelector("input");
        if (field) model.accept(finding, field.value);
      }}
    >
      <label class="field">
        <span>${accepted === null ? t("Accept it, because") : t("Accepted, because")}</span>
        <input
          type="text"
          .value=${accepted ?? ""}
          placeholder="why this is as it should be"
          required
          ?disabled=${accepted !== null}
        />
      </label>
      ${
        accepted === null
          ? html`<vscode-button secondary type="submit">Accept</vscode-button>`
          : html`<vscode-button secondary @click=${() => model.accept(finding, "")}>Take Back</vscode-button>`
      }
    </form>
  </article>`;
}

/** Characters of a text that are shown. */
const most = 4000;

const text = (title: string, value: string): TemplateResult =>
  html`<section class="text">
    <h4>
      ${title}${value.length > most ? t(" (the first {0} of {1} characters)", most.toLocaleString("en"), value.length.toLocaleString("en")) : ""}
    </h4>
    <pre tabindex="0" aria-label=${title}>
${value === "" ? html`<span class="muted">empty</span>` : visible(value.slice(0, most))}</pre>
  </section>`;
