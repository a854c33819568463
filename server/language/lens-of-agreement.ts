/** How far a reward that judges agrees with people's labels, as the last scoring found; opens the page to label more. */
import { agreementText } from "../protocol/judges";
import type { RewardLensSource } from "./reward-lens";

export const agreementLens: RewardLensSource = {
  id: "agreement",
  offered: ({ name, facts }) => facts.results.get(name)?.agreement !== undefined,
  command({ name, facts }) {
    const agreement = facts.results.get(name)?.agreement;
    return agreement === undefined
      ? { title: "No agreement is known any more", command: "" }
      : { title: `agrees with people on ${agreementText(agreement)}`, command: "reasoningLab.labelPreferences" };
  },
};
