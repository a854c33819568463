/** Lenses over exported rewards. */
import type { CodeLens } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import * as z from "zod";
import { exportPlaces } from "../rewards/export-places";
import type { LensPlaces } from "./lens-places";
import type { RewardFacts } from "./reward-facts";
import { rewardLensSources } from "./reward-lens-sources";
import { lspRange } from "./text";

/** Lenses without their words, which {@link resolvedLens} gives them when they are on the screen; those of refusals have theirs. */
export function rewardLenses(document: TextDocument, facts: RewardFacts, places: LensPlaces): CodeLens[] {
  const text = document.getText();
  const { placed } = places.of(document);
  const warnings = exportPlaces(text, placed).flatMap((place) =>
    facts.refusals.map((refusal): CodeLens => ({
      range: lspRange(document, place),
      command: {
        title: `$(warning) ${refusal.text}`,
        command: "reasoningLab.openCurves",
        arguments: [refusal.runFolder],
      },
    })),
  );
  const lenses = placed.flatMap((reward) =>
    rewardLensSources
      .filter(({ offered }) => offered({ uri: document.uri, name: reward.name, facts }))
      .map(({ id }): CodeLens => {
        const data: LensData = { uri: document.uri, name: reward.name, source: id };
        return { range: lspRange(document, reward), data };
      }),
  );
  return [...warnings, ...lenses];
}

const lensDataSchema = z.object({ uri: z.string(), name: z.string(), source: z.string() });
type LensData = z.infer<typeof lensDataSchema>;

/** The document that a lens without words is of; null: it is none of a reward. */
export const lensDocument = ({ data }: CodeLens): string | null => lensDataSchema.safeParse(data).data?.uri ?? null;

/** A lens with what it says and does. */
export async function resolvedLens(lens: CodeLens, facts: RewardFacts): Promise<CodeLens> {
  const { data } = lensDataSchema.safeParse(lens.data);
  const source = rewardLensSources.find(({ id }) => id === data?.source);
  return data && source ? { ...lens, command: await source.command({ uri: data.uri, name: data.name, facts }) } : lens;
}
