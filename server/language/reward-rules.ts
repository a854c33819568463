/** Rules over reward files in the editor: their findings as diagnostics, their fixes as code actions. What has to be measured is measured elsewhere, and told when it is known. */
import { CodeActionKind, DiagnosticSeverity } from "vscode-languageserver";
import type { CodeAction, Diagnostic, Range } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { pathOfUri } from "../files/path-of-uri";
import { statsOf } from "../files/workspace-file";
import { measureExpressions } from "../processes/expression-timer";
import type { Expression, Measured } from "../rewards/lint/expressions";
import type { Finding, RewardRemark } from "../rewards/lint/finding";
import { expressionsIn, lintReward } from "../rewards/lint/lint";
import { readRuleSettings, usualRules, type RuleSettings } from "../rewards/lint/rule-settings";
import { lspRange, overlaps } from "./text";

export interface RewardRules {
  diagnostics(document: TextDocument): Diagnostic[];
  actions(document: TextDocument, range: Range): CodeAction[];
  /** The setting of the user; what is wrong with it, in sentences. */
  set(value: unknown): readonly string[];
  /** What rollouts, or an audit, say of a file's rewards, by its path. */
  remark(from: "rollouts" | "audit", file: string, remarks: readonly RewardRemark[]): void;
  /** As they are set now. */
  settings(): RuleSettings;
}

interface RuleSurroundings {
  /** Whether a path may be looked at. */
  readonly touches: (path: string) => boolean;
  /** Something that was being measured is known. */
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

/** Expressions whose times are kept. */
const mostKept = 2000;

const keyOf = ({ source, flags, milliseconds, characters }: Expression): string =>
  JSON.stringify([source, flags, milliseconds, characters]);

export function openRewardRules({ touches, changed, failed }: RuleSurroundings): RewardRules {
  let settings: RuleSettings = usualRules;
  const times = new Map<string, Measured | null>();
  const waiting = new Map<string, Expression>();
  const remarks = {
    rollouts: new Map<string, readonly RewardRemark[]>(),
    audit: new Map<string, readonly RewardRemark[]>(),
  };
  let measuring = false;
  /** Findings of a document's text, worked out once: actions are asked for at each move of the cursor. */
  const known = new WeakMap<
    TextDocument,
    { readonly version: number; readonly turn: number; readonly findings: readonly Finding[] }
  >();
  let turn = 0;

  async function measure(): Promise<void> {
    if (measuring || waiting.size === 0) return;
    measuring = true;
    const [key, expression] = [...waiting][0]!;
    try {
      const [measured] = await measureExpressions([expression]);
      if (times.size >= mostKept) times.clear();
      times.set(key, measured ?? null);
      if (measured) {
        turn++;
        changed();
      }
    } catch (error) {
      times.set(key, null);
      failed(error);
    } finally {
      waiting.delete(key);
      measuring = false;
      void measure();
    }
  }

  function findingsOf(document: TextDocument): readonly Finding[] {
    const found = known.get(document);
    if (found?.version === document.version && found.turn === turn) return found.findings;
    const text = document.getText();
    const file = pathOfUri(document.uri);
    const ofRollouts = remarks.rollouts.get(file);
    const findings = lintReward(text, {
      file,
      settings,
      exists: (path) => !touches(path) || statsOf(path) !== null,
      measured: (expression) => times.get(keyOf(expression)),
      ...(ofRollouts === undefined ? {} : { remarks: [...ofRollouts, ...(remarks.audit.get(file) ?? [])] }),
    });
    known.set(document, { version: document.version, turn, findings });
    return findings;
  }

  return {
    diagnostics(document) {
      for (const expression of expressionsIn(document.getText(), settings))
        if (!times.has(keyOf(expression))) waiting.set(keyOf(expression), expression);
      void measure();
      return findingsOf(document).map((finding) => diagnosticOf(document, finding, settings));
    },
    actions: (document, range) =>
      findingsOf(document).flatMap((finding) => {
        const diagnostic = diagnosticOf(document, finding, settings);
        return overlaps(diagnostic.range, range) ? actionsOf(document, finding, diagnostic) : [];
      }),
    set(value) {
      const read = readRuleSettings(value);
      settings = read.settings;
      turn++;
      return read.problems;
    },
    remark(from, file, next) {
      const before = remarks[from].get(file);
      remarks[from].set(file, next);
      if (JSON.stringify(before ?? []) === JSON.stringify(next)) return;
      turn++;
      changed();
    },
    settings: () => settings,
  };
}

const severityOf = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  off: DiagnosticSeverity.Hint,
} as const;

function diagnosticOf(document: TextDocument, finding: Finding, settings: RuleSettings): Diagnostic {
  return {
    range: lspRange(document, finding),
    severity: severityOf[settings.severity(finding.rule)],
    source: "Reasoning Lab",
    code: finding.rule,
    message: finding.message,
  };
}

function actionsOf(document: TextDocument, finding: Finding, diagnostic: Diagnostic): CodeAction[] {
  const { uri } = document;
  const fixes = finding.fixes.map(({ title, edits }, index): CodeAction => ({
    title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: index === 0 && finding.fixes.length === 1,
    edit: { changes: { [uri]: edits.map((edit) => ({ range: lspRange(document, edit), newText: edit.text })) } },
  }));
  const opening: CodeAction[] =
    finding.sample === null
      ? []
      : [
          {
            title: "Open the sample that shows it",
            kind: CodeActionKind.QuickFix,
            diagnostics: [diagnostic],
            command: {
              title: "Open the sample that shows it",
              command: "reasoningLab.openTraces",
              arguments: [
                finding.sample.folder,
                finding.sample.stage,
                finding.sample.step,
                { purpose: finding.sample.purpose, group: finding.sample.group, sample: finding.sample.sample },
              ],
            },
          },
        ];
  const { line } = diagnostic.range.start;
  const text = document.getText({ start: { line, character: 0 }, end: diagnostic.range.start });
  const indent = /^\s*/.exec(text)?.[0] ?? "";
  // Without a reason it leaves nothing out: the next diagnostic asks for it.
  const leaving: CodeAction[] = finding.rule.includes("suppression")
    ? []
    : [
        {
          title: `Leave ${finding.rule} out here, for a reason`,
          kind: CodeActionKind.QuickFix,
          diagnostics: [diagnostic],
          edit: {
            changes: {
              [uri]: [
                {
                  range: { start: { line, character: 0 }, end: { line, character: 0 } },
                  newText: `${indent}// reasoning-lab-ignore ${finding.rule}: \n`,
                },
              ],
            },
          },
        },
      ];
  return [...fixes, ...opening, ...leaving];
}
