/** What is known of a reward file beside its text. What was known last is there at once; who has time has it looked up anew. */
import { statSync } from "node:fs";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { pathOfUri } from "../files/path-of-uri";
import { readText, sizeLimits } from "../files/workspace-file";
import type { RunEntry } from "../protocol/editor";
import type { StrayError } from "../protocol/traces";
import type { Rescoring } from "../protocol/rescore";
import { refusalsOf, type Refusal } from "./refused-versions";
import { againstFile, ofOlderVersion, type RewardResult } from "./reward-results";

/** `results` by the export's name. */
export type RewardResults = ReadonlyMap<string, RewardResult>;

export interface RewardFacts {
  readonly results: RewardResults;
  /** What of the file a live run does not score with. */
  readonly refusals: readonly Refusal[];
  /** What it threw in live runs where no call waits for it. */
  readonly strays?: readonly StrayError[];
  /** What the file as it was saved last makes of the newest step; null: nothing is known, or the text was edited since. */
  readonly rescored?: Rescoring | null;
  /** How many of its cases passed when all of them ran last, by the export's name; forgotten when the file is edited. */
  readonly tallies?: ReadonlyMap<string, CaseTally>;
}

export interface CaseTally {
  readonly passed: number;
  readonly all: number;
}

export interface KnownOfRewards {
  /** As known last; null: nothing was looked up yet. Waits for nothing. */
  now(document: TextDocument): RewardFacts | null;
  /** Looked up anew. */
  look(document: TextDocument): Promise<RewardFacts>;
  /** The text was edited: results of runs are of another, and what was scored is forgotten. */
  edited(document: TextDocument): void;
  /** A scoring that was asked for: it counts more than the run before it. */
  scored(uri: string, name: string, result: RewardResult): void;
  saved(uri: string): void;
  /** Cases ran: all of these rewards. */
  tallied(uri: string, tallies: ReadonlyMap<string, CaseTally>): void;
  forget(uri: string): void;
}

interface Looked {
  /** Of the runs. */
  readonly results: (file: string, runs: readonly RunEntry[]) => Promise<RewardResults>;
  readonly runs: () => readonly RunEntry[];
  readonly rescored: (file: string) => Rescoring | null;
}

/** When a file was changed last, in milliseconds since 1970; null: there is none. */
const savedAt = (file: string): number | null => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;

const straysOf = (file: string, runs: readonly RunEntry[]): StrayError[] =>
  runs.flatMap(({ live }) => (live?.strayErrors ?? []).filter((error) => error.file === file));

const isOnDisk = (document: TextDocument): boolean => {
  try {
    return readText(pathOfUri(document.uri), sizeLimits.source) === document.getText();
  } catch {
    // It is gone.
    return false;
  }
};

export function knownOfRewards({ results, runs, rescored }: Looked): KnownOfRewards {
  /** Results of runs, by document. */
  const stored = new Map<string, RewardResults>();
  /** Results of *Score Samples*, by document and export. */
  const scored = new Map<string, ReadonlyMap<string, RewardResult>>();
  /** Of cases, by document and export. */
  const tallied = new Map<string, ReadonlyMap<string, CaseTally>>();
  /** Results of runs that scored with a text that has been edited since. */
  const outdated = new WeakSet<RewardResults>();
  /** Documents that were edited since they were saved. */
  const unsaved = new Set<string>();

  function factsWith(document: TextDocument, of: RewardResults): RewardFacts {
    const { uri } = document;
    const file = pathOfUri(uri);
    const refusals = refusalsOf(file, runs(), () => isOnDisk(document));
    const known = outdated.has(of) || refusals.length > 0 ? ofOlderVersion(of) : againstFile(of, savedAt(file));
    // Lines are those of the text that ran.
    const strays = outdated.has(of) || refusals.length > 0 ? [] : straysOf(file, runs());
    return {
      results: new Map([...known, ...(scored.get(uri) ?? [])]),
      refusals,
      strays,
      rescored: unsaved.has(uri) ? null : rescored(file),
      tallies: tallied.get(uri) ?? new Map(),
    };
  }
  return {
    now(document) {
      const of = stored.get(document.uri);
      return of === undefined ? null : factsWith(document, of);
    },
    async look(document) {
      const of = await results(pathOfUri(document.uri), runs());
      stored.set(document.uri, of);
      return factsWith(document, of);
    },
    edited({ uri }) {
      scored.delete(uri);
      unsaved.add(uri);
      tallied.delete(uri);
      const of = stored.get(uri);
      if (of !== undefined) outdated.add(of);
    },
    scored: (uri, name, result) => void scored.set(uri, new Map([...(scored.get(uri) ?? []), [name, result]])),
    saved: (uri) => void unsaved.delete(uri),
    tallied: (uri, tallies) => void tallied.set(uri, new Map([...(tallied.get(uri) ?? []), ...tallies])),
    forget(uri) {
      stored.delete(uri);
      unsaved.delete(uri);
    },
  };
}
