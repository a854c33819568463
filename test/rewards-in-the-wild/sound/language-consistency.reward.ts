import { languageConsistency, type Reward } from "reasoning-lab";

export const english: Reward = ({ completion }) => languageConsistency(completion, "en");
