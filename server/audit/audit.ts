/** Audits the rewards of a file: attacks made for them and their data, mutations of real rollouts, and the two laws. */
import { basename, dirname, sep } from "node:path";
import { readText, sizeLimits } from "../files/workspace-file";
import type { Installation } from "../processes/installation";
import { openRewardPool, type RewardPool } from "../processes/rewards/reward-pool";
import { workspaceJudges } from "../processes/rewards/open-judges";
import type { PoolReward } from "../processes/rewards/pool-reward";
import { findRewardRuntime, type RewardRuntime } from "../processes/runtime";
import { makeScratchFolder } from "../processes/scratch-folder";
import type { RewardOutcome } from "../protocol/traces";
import { splitRewardReference } from "../recipes/check";
import { resolveFrom } from "../recipes/resolve-from";
import { discoverRewards } from "../rewards/discover";
import { chosenRewards } from "../scoring/chosen-rewards";
import { recipeNaming, rewardWith, type RewardExtras } from "../scoring/reward-settings";
import { messageOf, UserError } from "../shared/user-error";
import { verifyMath } from "../verifiers/maths/verify-math";
import { readAccepted } from "./accepted";
import type { AuditFinding, AuditReport, AuditRollout } from "../protocol/audit";
import { attacks } from "./attacks";
import { askedForms } from "./forms";
import {
  attackBreach,
  characterOf,
  formsOf,
  goldBreach,
  goldText,
  mutationBreach,
  probes,
  rolloutBreaches,
  type Breach,
  type Character,
  type Scorer,
  type Target,
} from "./held-to-laws";
import { mutations } from "./mutations";
import { payingLine } from "./paying-line";
import { groupOf, scoredTexts, scoreOf, type Asked, type ScoredTexts } from "./scored-texts";
import { findSubjects, type Subject } from "./subject";
import { wrongAnswers, wrongPrograms } from "./wrong-answers";

export interface AuditOptions extends RewardExtras {
  readonly workspaceFolder: string;
  /** The reward file, absolute. */
  readonly file: string;
  /** One export; null: all of the file. */
  readonly export: string | null;
  readonly installation: Installation;
  readonly nodePath: string;
  /** The newest rollouts of the workspace, read by whoever may. */
  readonly rollouts: readonly AuditRollout[];
  /** How the command line is started, and the file as it is typed there, for commands that reproduce. */
  readonly program: string;
  readonly typedFile: string;
  readonly log?: (text: string) => void;
}

/** Texts of one prompt that are scored twice, and in another order. */
const repeated = 8;

function targetsOf(subjects: readonly Subject[], asked: string): Target[] {
  const answers = [...new Set(subjects.map(({ answer }) => answer))];
  return subjects.flatMap((subject): Target[] => {
    const found =
      subject.language === null
        ? wrongAnswers(
            subject,
            answers.filter((answer) => answer !== subject.answer),
          )
        : [...wrongPrograms[subject.language]];
    const [first, ...rest] = found;
    if (first === undefined) return [];
    const thinking = /<think>\s*([\s\S]*?)\s*<\/think>/.exec(subject.gold ?? "")?.[1] ?? "One step after the other.";
    return [{ subject, thinking, wrong: [first, ...rest], forms: askedForms(subject, asked) }];
  });
}

interface RecipeSum {
  readonly name: string;
  readonly rewards: readonly { readonly name: string; readonly weight: number }[];
}

/** The recipe's weighted sum, as training makes it: what does not apply is left out. */
function sumScorer({ rewards }: RecipeSum, texts: ScoredTexts): Scorer {
  return {
    reward: null,
    outcome(asked): RewardOutcome {
      const outcomes = rewards.map(({ name, weight }) => ({ weight, outcome: texts.of(name, asked) }));
      const failed = outcomes.find(({ outcome }) => outcome.kind === "error");
      if (failed) return failed.outcome;
      const scores = outcomes.flatMap(({ weight, outcome }) =>
        outcome.kind === "score" ? [weight * outcome.score] : [],
      );
      if (scores.length === 0) return { kind: "not-applicable" };
      return { kind: "score", score: scores.reduce((sum, score) => sum + score, 0), extras: {} };
    },
  };
}

interface OpenedPool {
  readonly pool: RewardPool;
  readonly sum: RecipeSum | null;
}

/** Rewards of the recipe together, so that their sum can be held to the laws; else those of the file alone. */
async function openPool(
  options: AuditOptions,
  names: readonly string[],
  runtime: RewardRuntime,
  bundleFolder: string,
  note: (text: string) => void,
): Promise<OpenedPool> {
  const { workspaceFolder, file } = options;
  const open = (rewards: readonly PoolReward[], folder: string, subfolder: string): RewardPool =>
    openRewardPool({
      rewards: rewards.map((reward) => ({ ...reward, prompts: "all" as const })),
      folder,
      workspace: workspaceFolder,
      bundleFolder: `${bundleFolder}${sep}${subfolder}`,
      installation: options.installation,
      runtime,
      log: (text) => options.log?.(text),
      judges: workspaceJudges(workspaceFolder, (text) => options.log?.(text)),
    });
  const near = recipeNaming(workspaceFolder, file, names[0]!);
  if (near && near.recipe.rewards.length > 1) {
    const folder = dirname(near.path);
    const named = near.recipe.rewards.map((reward) => ({ reward, ...splitRewardReference(reward.function) }));
    const others = names.filter(
      (name) => !named.some((one) => one.name === name && resolveFrom(folder, one.file) === file),
    );
    const unique = new Set(named.map(({ name }) => name)).size === named.length && others.length === 0;
    const pool = unique ? open(near.recipe.rewards, folder, "recipe") : null;
    if (pool) {
      try {
        await pool.prepare();
        return {
          pool,
          sum: { name: near.recipe.name, rewards: named.map(({ name, reward }) => ({ name, weight: reward.weight })) },
        };
      } catch (error) {
        pool.close();
        note(`The sum of the recipe's rewards was not audited: ${messageOf(error)}`);
      }
    }
  }
  const pool = open(
    names.map((name) => rewardWith(workspaceFolder, file, name, options)),
    dirname(file),
    "file",
  );
  try {
    await pool.prepare();
  } catch (error) {
    pool.close();
    throw error;
  }
  return { pool, sum: null };
}

/** Throws an Error for people when there is nothing to audit on, or the reward does not load. */
export async function auditRewards(options: AuditOptions): Promise<AuditReport> {
  const started = performance.now();
  const { file, workspaceFolder } = options;
  const source = readText(file, sizeLimits.source);
  const rewards = chosenRewards(file, options.export, source);
  const accepted = readAccepted(file);
  const notes: string[] = [];
  const found = findSubjects(workspaceFolder, file, rewards[0]!.name, options.rollouts);
  notes.push(...found.notes);
  const targets = targetsOf(found.subjects, found.asked);
  if (targets.length === 0)
    throw new UserError(
      `There is nothing to audit ${basename(file)} on: no run of the workspace has rollouts, no recipe names it, and it has no cases. Write a case (${basename(file).replace(/\.ts$/, ".cases.jsonl")}) with a prompt and its answer.`,
    );
  const scratch = makeScratchFolder();
  let opened: OpenedPool | null = null;
  try {
    const runtime = await findRewardRuntime(options.nodePath);
    opened = await openPool(
      options,
      rewards.map(({ name }) => name),
      runtime,
      scratch.path,
      (text) => notes.push(text),
    );
    const { pool, sum } = opened;
    const compares = rewards.some(({ kind }) => kind === "group");
    const targetOf = new Map(targets.map((target) => [target.subject, target]));
    const texts = scoredTexts(pool, (subject) => {
      const target = targetOf.get(subject);
      const [form] = target ? formsOf(target) : [];
      return compares && target && form ? [goldText(target, form), form.write(target.thinking, target.wrong[0])] : [];
    });
    await texts.score(targets.flatMap((target) => probes(target).map((text) => ({ subject: target.subject, text }))));
    const scorers: Scorer[] = [
      ...rewards.map(({ name }): Scorer => ({ reward: name, outcome: (asked) => texts.of(name, asked) })),
      ...(sum ? [sumScorer(sum, texts)] : []),
    ];
    const failures: string[] = [];
    const findings: AuditFinding[] = [];
    const line = payingLine(source);
    const characters = new Map<Scorer, Character>();
    for (const scorer of scorers) {
      const character = characterOf(scorer, targets);
      if (character) characters.set(scorer, character);
      else if (scorer.reward !== null) {
        const one = targets[0]!;
        const outcome = scorer.outcome({ subject: one.subject, text: goldText(one, formsOf(one)[0]!) });
        if (outcome.kind === "error") failures.push(`${scorer.reward} gave no score: ${outcome.message}`);
        else
          notes.push(
            `${scorer.reward} does not apply to any prompt that there is (null), so nothing can be said of it.`,
          );
      }
    }
    for (const [scorer, character] of characters) {
      const breaches = await auditScorer(scorer, character, targets, texts);
      findings.push(...merged(breaches, scorer, targets.length, options, line, source));
    }
    findings.push(...(await repeatFindings(pool, rewards, targets, options, line)));
    const reported = rewards.map(({ name }) => {
      const scorer = scorers.find(({ reward }) => reward === name)!;
      return {
        name,
        pays: characters.get(scorer)?.pays ?? ("other" as const),
        scored: texts.count(),
        errors: texts.errors(name),
      };
    });
    for (const { name, scored, errors } of reported)
      if (errors * 2 > scored && !failures.some((text) => text.startsWith(`${name} `)))
        failures.push(`${name} failed on ${errors} of ${scored} completions.`);
    const unknown = accepted.filter(
      ({ finding }) =>
        !findings.some(({ id }) => id === finding) &&
        (options.export === null || finding.startsWith(`${options.export}/`)),
    );
    for (const { finding } of unknown)
      notes.push(
        `${finding} is accepted and is not found any more: take it out of ${basename(file).replace(/\.ts$/, ".audit.json")}.`,
      );
    return {
      file,
      rewards: reported,
      findings: findings
        .map((finding) => ({
          ...finding,
          accepted: accepted.find((one) => one.finding === finding.id)?.reason ?? null,
        }))
        .toSorted((a, b) => Number(a.verdict === "judgement") - Number(b.verdict === "judgement")),
      failures,
      notes,
      prompts: targets.length,
      seconds: (performance.now() - started) / 1000,
    };
  } finally {
    opened?.pool.close();
    scratch.remove();
  }
}

async function auditScorer(
  scorer: Scorer,
  character: Character,
  targets: readonly Target[],
  texts: ScoredTexts,
): Promise<Breach[]> {
  const own = targets.flatMap((target) => {
    const form = formsOf(target).find(({ id }) => id === character.form) ?? formsOf(target)[0];
    return form ? [{ target, form }] : [];
  });
  const golds = own.map(({ target, form }) => ({
    completion: goldText(target, form),
    answer: target.subject.answer,
    subject: target.subject,
  }));
  const mutated = own.flatMap(({ target, form }) => {
    const { subject } = target;
    const right = subject.rollouts.flatMap(({ completion, correct }, rollout) =>
      correct === 1 ? [{ completion, rollout }] : [],
    );
    const from = right.length > 0 ? right.slice(0, 2) : [{ completion: goldText(target, form), rollout: null }];
    const others = golds.filter((one) => one.subject !== subject);
    return from.flatMap((one) =>
      mutations.flatMap((mutation) => {
        const text = mutation.of(one.completion, subject, target.wrong[0], others);
        return text === null ? [] : [{ target, form, mutation, from: one, text }];
      }),
    );
  });
  await texts.score([
    ...own.flatMap(({ target, form }) => {
      const { subject, thinking, wrong } = target;
      return [
        ...attacks.flatMap((attack) => attack.texts({ subject, form, thinking, wrong })),
        ...wrong.slice(0, 3).map((answer) => form.write(thinking, answer)),
        ...subject.rollouts.map(({ completion }) => completion),
      ].map((text): Asked => ({ subject, text }));
    }),
    ...mutated.map(({ target, text }) => ({ subject: target.subject, text })),
  ]);
  const highest = Math.max(
    ...own.flatMap(({ target, form }) => {
      const { subject, thinking, wrong } = target;
      const all = [
        goldText(target, form),
        ...attacks.flatMap((attack) => attack.texts({ subject, form, thinking, wrong })),
        ...subject.rollouts.map(({ completion }) => completion),
      ];
      return all.flatMap((text) => scoreOf(scorer.outcome({ subject, text })) ?? []);
    }),
  );
  const breaches = own.flatMap(({ target, form }) => [
    ...attacks.flatMap((attack) => attackBreach(scorer, character, target, form, attack, highest) ?? []),
    ...(character.pays === "answer"
      ? [
          ...[goldBreach(scorer, target, form, highest)].flatMap((one) => one ?? []),
          ...rolloutBreaches(
            scorer,
            target,
            form,
            (completion) => verifyMath(completion, target.subject.answer).score === 1,
          ),
        ]
      : []),
  ]);
  if (character.askedUnpaid) {
    const id = character.askedUnpaid.asked;
    const target = targets.find(({ forms }) => forms.length === 1 && forms[0]!.id === id)!;
    const asked = target.forms[0]!;
    const text = goldText(target, asked);
    breaches.push({
      attack: "asked-form",
      title: "The gold answer in the form that the task asks for",
      why: "it is the right answer, written as the task has it",
      verdict: "proven",
      message: `It gets ${character.askedUnpaid.gold}; in another form (${character.form}) the gold answer gets ${character.askedUnpaid.paid}. A sound reward pays the form that the task's own completions have.`,
      asked: { subject: target.subject, text },
      gold: character.askedUnpaid.paid,
      sound: character.askedUnpaid.paid,
      rollout: null,
    });
  }
  if (character.pays === "answer")
    for (const { target, form, mutation, from, text } of mutated) {
      const least = target.wrong
        .slice(0, 3)
        .flatMap(
          (answer) =>
            scoreOf(scorer.outcome({ subject: target.subject, text: form.write(target.thinking, answer) })) ?? [],
        );
      const breach =
        least.length === 0 ? null : mutationBreach(scorer, target, mutation, from, text, Math.min(...least));
      if (breach) breaches.push(breach);
    }
  return breaches;
}

/** One finding for each attack: its first breach, proven ones before others, and on how many prompts. */
function merged(
  breaches: readonly Breach[],
  scorer: Scorer,
  tried: number,
  options: AuditOptions,
  line: ReturnType<typeof payingLine>,
  source: string,
): AuditFinding[] {
  const byAttack = Map.groupBy(breaches, ({ attack }) => attack);
  const [first] = discoverRewards(source).rewards;
  return [...byAttack].map(([attack, own]) => {
    const worst = own.find(({ verdict }) => verdict === "proven") ?? own[0]!;
    const { subject, text } = worst.asked;
    const id = `${scorer.reward ?? "recipe"}/${attack}`;
    const got = scorer.outcome(worst.asked);
    return {
      id,
      reward: scorer.reward,
      attack,
      verdict: worst.verdict,
      title: worst.title,
      message: worst.message,
      sample: { prompt: subject.prompt, completion: text, answer: subject.answer, row: { ...subject.row } },
      got,
      gold: worst.gold,
      sound: worst.sound === null ? null : { score: worst.sound, why: worst.why },
      prompts: new Set(own.filter(({ verdict }) => verdict === worst.verdict).map(({ asked }) => asked.subject)).size,
      tried,
      place: worst.rollout === null ? null : (subject.rollouts[worst.rollout]?.place ?? null),
      line: scorer.reward === null ? (first?.line ?? 1) : line(scorer.reward, scoreOf(got)),
      command: commandOf(options, id),
      accepted: null,
    };
  });
}

const quoted = (text: string): string =>
  /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

const commandOf = ({ program, typedFile }: AuditOptions, id: string): string =>
  `${program} audit ${quoted(typedFile)} --finding ${quoted(id)}`;

/** The same texts again, and in another order: a score is a function of its sample. */
async function repeatFindings(
  pool: RewardPool,
  rewards: readonly { readonly name: string; readonly kind: "single" | "group" }[],
  targets: readonly Target[],
  options: AuditOptions,
  line: ReturnType<typeof payingLine>,
): Promise<AuditFinding[]> {
  const [target] = targets;
  if (!target) return [];
  const { subject } = target;
  const all = [
    ...probes(target),
    ...attacks.flatMap((attack) =>
      attack.texts({ subject, form: formsOf(target)[0]!, thinking: target.thinking, wrong: target.wrong }),
    ),
  ];
  const known = [...new Set(all)].filter((text) => text.length < 2000).slice(0, repeated);
  // New ones too: a reward may remember what it has seen.
  const texts = [...known, ...known.map((text) => `${text} `)];
  const there = await pool.score([groupOf(subject, texts)], 5);
  const back = await pool.score([groupOf(subject, texts.toReversed())], 5);
  return rewards.flatMap(({ name, kind }): AuditFinding[] => {
    const first = there.outcomes[name]?.[0] ?? [];
    const second = (back.outcomes[name]?.[0] ?? []).toReversed();
    const index = texts.findIndex((_text, at) => {
      const [a, b] = [first[at], second[at]];
      return (
        a !== undefined &&
        b !== undefined &&
        (a.kind !== b.kind || Math.abs((scoreOf(a) ?? 0) - (scoreOf(b) ?? 0)) > 1e-9)
      );
    });
    if (index < 0) return [];
    const [a, b] = [first[index]!, second[index]!];
    const attack = kind === "group" ? "depends-on-order" : "not-repeatable";
    const id = `${name}/${attack}`;
    return [
      {
        id,
        reward: name,
        attack,
        verdict: "proven",
        title: kind === "group" ? "The same group in another order" : "The same samples in another order",
        message: `It gets ${outcomeWords(a)}, and ${outcomeWords(b)} when the same samples come in reverse. A sound reward gives the same: a score is a function of ${kind === "group" ? "the group, whatever its order" : "its sample"}.`,
        sample: { prompt: subject.prompt, completion: texts[index]!, answer: subject.answer, row: { ...subject.row } },
        got: b,
        gold: null,
        sound: scoreOf(a) === null ? null : { score: scoreOf(a)!, why: "it got that before" },
        prompts: 1,
        tried: 1,
        place: null,
        line: line(name, null),
        command: commandOf(options, id),
        accepted: null,
      },
    ];
  });
}

const outcomeWords = (outcome: RewardOutcome): string =>
  outcome.kind === "score"
    ? String(outcome.score)
    : outcome.kind === "error"
      ? `an error (${outcome.message})`
      : "null";
