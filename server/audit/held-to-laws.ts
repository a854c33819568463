/**
 * Holds scores to the two laws: the gold answer in the asked form gets the most, and doing nothing does not. What a reward pays for is told from its own
 * scores first: one that never looks at the answer is not held to it.
 */
import type { RewardOutcome } from "../protocol/traces";
import type { Attack } from "./attacks";
import { forms as allForms, type Form } from "./forms";
import type { Mutation } from "./mutations";
import { scoreOf, type Asked } from "./scored-texts";
import type { Subject } from "./subject";

/** Scores that differ by less are the same. */
const close = 1e-9;

export type Pays = "answer" | "form" | "other";

/** A reward, or a sum of rewards. */
export interface Scorer {
  /** Name of the export; null: the recipe's sum. */
  readonly reward: string | null;
  readonly outcome: (asked: Asked) => RewardOutcome;
}

/** A prompt with what attacks on it are made of. */
export interface Target {
  readonly subject: Subject;
  readonly thinking: string;
  readonly wrong: readonly [string, ...string[]];
  readonly forms: readonly Form[];
}

export const goldText = ({ subject, thinking }: Target, form: Form): string => {
  const own = subject.gold;
  return own !== null && form.write(thinking, subject.answer) === own ? own : form.write(thinking, subject.answer);
};

export const formsOf = ({ subject, forms }: Target): readonly Form[] =>
  subject.language === null ? [...new Set([...forms, ...allForms])] : forms;

const marks = /<[^<>]*>|\\boxed|[{}#`]/g;

/** The same words, with what marks their form behind them, where it marks nothing. */
const untagged = (text: string): string =>
  `${text.replaceAll(marks, " ")} ${(text.match(marks) ?? []).toReversed().join("")}`;

/** The same with its thinking marked, and its answer not. */
const unanswered = (text: string): string => text.replaceAll(/<\/?answer>|\\boxed|[{}#]/g, " ");

/** The gold answer behind other thinking of about the same kind: what is paid for the answer is paid for these, and what is paid by chance is not. */
const otherGolds = ({ subject, thinking }: Target, form: Form): string[] =>
  [`${thinking} So.`, `Again. ${thinking}`, `${thinking} Done.`].map((text) => form.write(text, subject.answer));

/** What every scorer is asked first: the gold answer and wrong ones, in every form. */
export const probes = (target: Target): string[] =>
  formsOf(target).flatMap((form) => [
    goldText(target, form),
    ...otherGolds(target, form),
    untagged(goldText(target, form)),
    unanswered(goldText(target, form)),
    ...target.wrong.slice(0, 3).map((answer) => form.write(target.thinking, answer)),
  ]);

interface FormScores {
  readonly form: Form["id"];
  /** Mean over the prompts of what gold gets. */
  readonly gold: number;
  /** Share of prompts on which gold gets more than the least that a wrong answer gets. */
  readonly tells: number;
}

const wrongScores = ({ outcome }: Scorer, { subject, thinking, wrong }: Target, form: Form): number[] =>
  wrong.slice(0, 3).flatMap((answer) => scoreOf(outcome({ subject, text: form.write(thinking, answer) })) ?? []);

function scoresOf(scorer: Scorer, targets: readonly Target[], id: Form["id"]): FormScores | null {
  let [sum, told, count] = [0, 0, 0];
  for (const target of targets) {
    const form = formsOf(target).find((one) => one.id === id);
    const gold = form && scoreOf(scorer.outcome({ subject: target.subject, text: goldText(target, form) }));
    if (form === undefined || gold === undefined || gold === null) continue;
    count++;
    sum += gold;
    if (tellsRight(scorer, target, form, gold)) told++;
  }
  return count === 0 ? null : { form: id, gold: sum / count, tells: told / count };
}

/** Whether the right answer gets more than a wrong one, and none gets more: of answers as long as it, where there are such, so that length alone tells nothing. */
function tellsRight(scorer: Scorer, target: Target, form: Form, gold: number): boolean {
  const { subject, thinking, wrong } = target;
  const tried = wrong.slice(0, 3);
  const asLong = tried.filter((answer) => answer.length === subject.answer.length);
  const scores = (asLong.length > 0 ? asLong : tried).flatMap(
    (answer) => scoreOf(scorer.outcome({ subject, text: form.write(thinking, answer) })) ?? [],
  );
  const golds = otherGolds(target, form).flatMap((text) => scoreOf(scorer.outcome({ subject, text })) ?? []);
  const least = Math.min(gold, ...golds);
  return scores.length > 0 && least > Math.min(...scores) + 1e-9 && least >= Math.max(...scores) - 1e-9;
}

export interface Character {
  readonly pays: Pays;
  /** In which it is attacked. */
  readonly form: Form["id"];
  /** Set where gold is paid in another form than the asked one. */
  readonly askedUnpaid: { readonly asked: Form["id"]; readonly gold: number; readonly paid: number } | null;
}

/** Whether the whole form is what is paid: the same words and marks out of it get half at most, and less where the answer is not marked. */
function paysForm(scorer: Scorer, targets: readonly Target[], id: Form["id"]): boolean {
  const told = targets.flatMap((target) => {
    const form = formsOf(target).find((one) => one.id === id);
    if (!form) return [];
    const text = goldText(target, form);
    const formed = scoreOf(scorer.outcome({ subject: target.subject, text }));
    const plain = scoreOf(scorer.outcome({ subject: target.subject, text: untagged(text) }));
    const half = scoreOf(scorer.outcome({ subject: target.subject, text: unanswered(text) }));
    return formed === null || plain === null
      ? []
      : [formed > 0 && plain <= formed / 2 && (half === null || half < formed - 1e-9)];
  });
  return told.length > 0 && told.filter((one) => one).length * 2 >= told.length;
}

/** What a reward pays for. Null: it scored nothing at all. */
export function characterOf(scorer: Scorer, targets: readonly Target[]): Character | null {
  const ids = [...new Set(targets.flatMap((target) => formsOf(target).map(({ id }) => id)))];
  const all = ids.flatMap((id) => scoresOf(scorer, targets, id) ?? []);
  if (all.length === 0) return null;
  const asked = new Set(targets.flatMap(({ forms }) => forms.map(({ id }) => id)));
  const best = (of: readonly FormScores[]): FormScores | undefined => of.toSorted((a, b) => b.gold - a.gold)[0];
  // A bare answer has no thinking that could be another: of it more is asked.
  const telling = all.filter(({ form, tells }) => tells >= (form === "bare" ? 0.75 : 0.5));
  const askedBest = best(all.filter(({ form }) => asked.has(form))) ?? best(all)!;
  if (telling.length > 0) {
    // Only where the task itself says how it wants to be answered.
    const sole = targets.flatMap(({ forms }) => (forms.length === 1 ? [forms[0]!.id] : []));
    const sure = sole.length * 2 >= targets.length && new Set(sole).size === 1;
    const own = best(telling.filter(({ form }) => (sure ? form === sole[0] : asked.has(form))));
    if (own) return { pays: "answer", form: own.form, askedUnpaid: null };
    const other = best(telling)!;
    const gold = all.find(({ form }) => form === sole[0])?.gold ?? 0;
    // Paid as well there, if it takes much else for right.
    const unpaid = sure && gold < other.gold - close;
    return {
      pays: "answer",
      form: other.form,
      askedUnpaid: unpaid ? { asked: sole[0]!, gold, paid: other.gold } : null,
    };
  }
  const formed = best(all)!;
  const pays = paysForm(scorer, targets, formed.form) ? "form" : "other";
  return { pays, form: asked.has(formed.form) || pays === "form" ? formed.form : askedBest.form, askedUnpaid: null };
}

/** A breach of a law on one prompt. */
export interface Breach {
  readonly attack: string;
  readonly title: string;
  readonly why: string;
  readonly verdict: "proven" | "judgement";
  readonly message: string;
  readonly asked: Asked;
  readonly gold: number | null;
  readonly sound: number | null;
  /** Place of the rollout, as an index of the subject's. */
  readonly rollout: number | null;
}

const shown = (score: number): string => String(Math.round(score * 1e4) / 1e4);

/** What breaks the laws in the texts of one attack; at most one breach, the worst. */
export function attackBreach(
  scorer: Scorer,
  { pays }: Character,
  target: Target,
  form: Form,
  attack: Attack,
  highest: number,
): Breach | null {
  const { subject, thinking, wrong } = target;
  const gold = scoreOf(scorer.outcome({ subject, text: goldText(target, form) }));
  const texts = attack.texts({ subject, form, thinking, wrong });
  const scored = texts.map((text) => ({ text, outcome: scorer.outcome({ subject, text }) }));
  const best = scored
    .flatMap(({ text, outcome }) => (outcome.kind === "score" ? [{ text, score: outcome.score }] : []))
    .toSorted((a, b) => b.score - a.score)[0];
  const breach = (text: string, verdict: Breach["verdict"], sound: number | null, message: string): Breach => ({
    attack: attack.id,
    title: attack.title,
    why: attack.why,
    verdict,
    message,
    asked: { subject, text },
    gold,
    sound,
    rollout: null,
  });
  if (pays === "answer") {
    const thrown = scored.find(({ outcome }) => outcome.kind === "error");
    const least = wrongScores(scorer, target, form).toSorted((a, b) => a - b)[0];
    if (gold === null || least === undefined) return null;
    if (gold <= least + close) {
      // Where the gold answer itself is not paid, or cannot be told from others, another finding says so.
      return null;
    }
    if (best && best.score >= gold - close)
      return attack.against === "doubtful"
        ? breach(
            best.text,
            "judgement",
            null,
            `It gets ${shown(best.score)}, as much as the gold answer (${shown(gold)}). Look whether the reward is to take it: ${attack.why}.`,
          )
        : breach(
            best.text,
            "proven",
            least,
            `It gets ${shown(best.score)}; the gold answer gets ${shown(gold)}, and a wrong one ${shown(least)}. A sound reward gives it ${shown(least)} at most: ${attack.why}.`,
          );
    if (best && best.score > least + 0.1 * (gold - least) + close)
      return breach(
        best.text,
        "judgement",
        null,
        `It gets ${shown(best.score)}, more than a wrong answer (${shown(least)}) and less than the gold answer (${shown(gold)}). Look whether that much is meant: ${attack.why}.`,
      );
    if (thrown?.outcome.kind === "error")
      return {
        ...breach(
          thrown.text,
          "judgement",
          null,
          `The reward fails on it: ${thrown.outcome.message}. The sample is left out, not scored as wrong. Look whether it is to get the score of a wrong answer: ${attack.why}.`,
        ),
        attack: `${attack.id}-fails`,
      };
    const left = scored.find(({ outcome }) => outcome.kind === "not-applicable");
    return left
      ? {
          ...breach(
            left.text,
            "judgement",
            null,
            `The reward does not apply to it (null), so the sample is left out of its group where the gold answer gets ${shown(gold)}. Look whether it is to get the score of a wrong answer: ${attack.why}.`,
          ),
          attack: `${attack.id}-left-out`,
        }
      : null;
  }
  if (!best || gold === null) return null;
  if (pays === "form") {
    if (best.score < gold - close || gold <= close) return null;
    if (attack.against === "form")
      return breach(
        best.text,
        "proven",
        Math.min(0, gold),
        `It gets ${shown(best.score)}, the most that the form gets. A sound reward of form gives it less: ${attack.why}.`,
      );
    return attack.id === "empty-form"
      ? breach(
          best.text,
          "judgement",
          null,
          `It gets ${shown(best.score)}, as much as the form with something in it. Look whether that is meant: ${attack.why}.`,
        )
      : null;
  }
  // A punishment gives nothing at best.
  if (highest <= close || best.score < highest - close) return null;
  const telling =
    attack.id === "empty" || ((attack.id === "marks-only" || attack.id === "very-long") && best.score > gold + close);
  return telling
    ? breach(
        best.text,
        "judgement",
        null,
        `It gets ${shown(best.score)}, the most of all completions that were tried; the gold answer gets ${shown(gold)}. Look whether other rewards of the recipe weigh against that: ${attack.why}.`,
      )
    : null;
}

/** The first law on the gold answer itself. */
export function goldBreach(scorer: Scorer, target: Target, form: Form, highest: number): Breach | null {
  const { subject } = target;
  const text = goldText(target, form);
  const gold = scoreOf(scorer.outcome({ subject, text }));
  const wrong = wrongScores(scorer, target, form);
  if (gold === null || wrong.length === 0) return null;
  const least = Math.min(...wrong);
  if (gold > least + close) return null;
  const paid = least >= highest - close && highest > close;
  const text2 = form.write(target.thinking, target.wrong[0]);
  return {
    attack: paid ? "any-answer" : "gold-unpaid",
    title: paid ? "Any answer, to a gold answer that is not read" : "The gold answer itself",
    why: paid ? "another answer is wrong, also where the gold answer cannot be read" : "it is the right answer",
    verdict: paid ? "proven" : "judgement",
    message: paid
      ? `A wrong answer gets ${shown(least)}, as much as the gold answer ${JSON.stringify(subject.answer)}. A sound reward gives null where it cannot read the gold answer, or less to a wrong one.`
      : `It gets ${shown(gold)}, no more than a wrong answer (${shown(least)}). Look whether the reward reads the gold answer ${JSON.stringify(subject.answer)}.`,
    asked: { subject, text: paid ? text2 : text },
    gold,
    sound: paid ? Math.min(0, least) : null,
    rollout: null,
  };
}

/** Real rollouts as they are. */
export function rolloutBreaches(
  scorer: Scorer,
  target: Target,
  form: Form,
  isSame: (completion: string) => boolean,
): Breach[] {
  const { subject } = target;
  const gold = scoreOf(scorer.outcome({ subject, text: goldText(target, form) }));
  const [least] = wrongScores(scorer, target, form).toSorted((a, b) => a - b);
  if (gold === null || least === undefined || gold <= least + close) return [];
  return subject.rollouts.flatMap(({ completion, correct }, rollout): Breach[] => {
    const asked = { subject, text: completion };
    const score = scoreOf(scorer.outcome(asked));
    if (score === null || correct === null) return [];
    const base = { asked, gold, rollout };
    if (correct === 0 && score >= gold - close && !isSame(completion))
      return [
        {
          ...base,
          attack: "wrong-rollout",
          title: "A wrong rollout of the newest run",
          why: "the task's own check says that its answer is wrong",
          verdict: "proven",
          message: `It gets ${shown(score)}, as much as the gold answer. The task's own check says that it is wrong; a sound reward gives it ${shown(least)} at most.`,
          sound: least,
        },
      ];
    if (correct === 1 && score <= least + close)
      return [
        {
          ...base,
          attack: "right-rollout",
          title: "A right rollout of the newest run",
          why: "the task's own check says that its answer is right",
          verdict: "judgement",
          message: `It gets ${shown(score)}, as a wrong answer does. The task's own check says that it is right. Look whether the reward reads its form.`,
          sound: null,
        },
      ];
    return [];
  });
}

/** A mutation of a completion whose own score is known. */
export function mutationBreach(
  scorer: Scorer,
  target: Target,
  mutation: Mutation,
  from: { readonly completion: string; readonly rollout: number | null },
  text: string,
  least: number,
): Breach | null {
  const { subject } = target;
  const before = scoreOf(scorer.outcome({ subject, text: from.completion }));
  const score = scoreOf(scorer.outcome({ subject, text }));
  if (before === null || score === null || before <= least + close) return null;
  const base = {
    attack: mutation.id,
    title: mutation.title,
    why: mutation.why,
    asked: { subject, text },
    gold: before,
    rollout: from.rollout,
  };
  if (mutation.must === "wrong" && score >= before - close)
    return {
      ...base,
      verdict: "proven",
      sound: least,
      message: `It gets ${shown(score)}, as much as the right one that it was made of. A sound reward gives it ${shown(least)} at most: ${mutation.why}.`,
    };
  if (mutation.must === "no-better" && score > before + close)
    return {
      ...base,
      verdict: "judgement",
      sound: null,
      message: `It gets ${shown(score)}, more than the rollout that it was made of (${shown(before)}). Look whether that is meant: ${mutation.why}.`,
    };
  return null;
}
