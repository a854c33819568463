/** Makes a store of traces of rollouts as they are read, group by group, in a folder that gets its name when all are in it. */
import { createHash } from "node:crypto";
import { openTraceWriter, type TraceWriter } from "../runs/trace-writer";
import type { RolloutRecord } from "../protocol/traces";
import { textIds } from "../protocol/token-numbers";
import { tokenRecords, tokenTexts } from "./foreign-tokens";
import type { ForeignRollout } from "./rollout-row";

/** Rollouts of one transaction. */
const batch = 500;

/** Long groups are told apart by a hash, so that a million prompts fit into memory. */
const keyOf = (text: string): string => (text.length < 64 ? text : createHash("sha1").update(text).digest("base64"));

export interface FileIndex {
  add(rollout: ForeignRollout): void;
  readonly count: () => number;
  close(): void;
}

export function openFileIndex(folder: string): FileIndex {
  const writer: TraceWriter = openTraceWriter(folder);
  /** Groups by step and key, with the samples that they have. */
  const groups = new Map<string, { readonly index: number; samples: number }>();
  const groupsOfStep = new Map<string, number>();
  let waiting: RolloutRecord[] = [];
  let count = 0;
  const texts = tokenTexts();

  function placed({ truncated, tokens, group, perToken, ...rollout }: ForeignRollout): RolloutRecord {
    const step = `${rollout.stage}\n${rollout.purpose}\n${rollout.step}`;
    const key = `${step}\n${keyOf(group)}`;
    let known = groups.get(key);
    if (known === undefined) {
      const index = groupsOfStep.get(step) ?? 0;
      groupsOfStep.set(step, index + 1);
      known = { index, samples: 0 };
      groups.set(key, known);
    }
    return {
      ...rollout,
      group: known.index,
      sample: known.samples++,
      finishReason: truncated === null ? "unknown" : truncated ? "length" : "stop",
      promptAsSeen: null,
      row: null,
      rewardHash: null,
      checkpoint: null,
      tags: [...rollout.tags],
      length: tokens ?? -1,
      perToken: tokenRecords(perToken, texts),
    };
  }

  const write = (): void => {
    if (waiting.length > 0) writer.recordRollouts(waiting);
    waiting = [];
  };
  return {
    add(rollout) {
      waiting.push(placed(rollout));
      count++;
      if (waiting.length >= batch) write();
    },
    count: () => count,
    close() {
      try {
        write();
        const all = texts.all();
        if (all.length > 0) writer.recordVocabulary(all, textIds);
      } finally {
        writer.close();
      }
    },
  };
}
