/** What a judge's reply says. It comes from a model, which may have obeyed what it judged: only exactly what was asked for counts. */
import * as z from "zod";
import { winnerSchema, type JudgeQuestion, type Winner } from "../protocol/judges";
import { parseBoundedJson } from "../shared/bounded-json";

/** What a judge said of one question, in one order. */
export interface Verdict {
  readonly reason: string;
  /** Of a score. */
  readonly score?: number | undefined;
  /** Of a comparison, as the judge was shown the two. */
  readonly winner?: Winner | undefined;
}

/** Characters of a reason that are kept. */
const longestReason = 2000;

const replyBounds = { depth: 4, values: 100 };

const thinkingEnd = "</think>";

const reason = z.string();

/** Without what a reasoning model thought before it, and without a fence around it. */
function bare(text: string): string {
  const end = text.lastIndexOf(thinkingEnd);
  const said = end < 0 ? text : text.slice(end + thinkingEnd.length);
  const fenced = /^\s*```(?:json)?\s*\n([^]*?)\n\s*```\s*$/.exec(said);
  return (fenced?.[1] ?? said).trim();
}

function objectIn(text: string): object | null {
  try {
    const value = parseBoundedJson(bare(text), replyBounds);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** A verdict, or what is wrong with the reply, in words that follow "it was not what was asked for:". */
export function readReply(text: string, question: JudgeQuestion): Verdict | string {
  const value = objectIn(text);
  if (value === null) return "it is no JSON object";
  const wanted = question.kind === "score" ? "score" : "winner";
  const names = Object.keys(value);
  if (names.length !== 2 || names[0] !== "reason" || names[1] !== wanted)
    return `it has not exactly "reason" and then "${wanted}"`;
  const said = reason.safeParse(Reflect.get(value, "reason"));
  if (!said.success || said.data.trim() === "") return `"reason" is no text`;
  const kept = said.data.length > longestReason ? `${said.data.slice(0, longestReason)}…` : said.data;
  if (question.kind === "compare") {
    const winner = winnerSchema.safeParse(Reflect.get(value, "winner"));
    return winner.success ? { reason: kept, winner: winner.data } : '"winner" is not "A", "B" or "tie"';
  }
  const [low, high] = question.range;
  const score = z.number().safeParse(Reflect.get(value, "score"));
  if (!score.success) return '"score" is no number';
  if (score.data < low || score.data > high) return `"score" is ${score.data}, which is not from ${low} to ${high}`;
  return { reason: kept, score: score.data };
}

const swapped: Readonly<Record<Winner, Winner>> = { A: "B", B: "A", tie: "tie" };

/** A comparison of what was said with the two in their order, and the other way round. What is said of one side only is nothing: a tie. */
export function bothOrders(first: Verdict, second: Verdict): { winner: Winner; reason: string; agreed: boolean } {
  const straight = first.winner ?? "tie";
  const turned = swapped[second.winner ?? "tie"];
  const agreed = straight === turned;
  return {
    winner: agreed ? straight : "tie",
    reason: agreed
      ? first.reason
      : `The judge says ${straight} in one order and ${turned} in the other. ${first.reason}`,
    agreed,
  };
}
