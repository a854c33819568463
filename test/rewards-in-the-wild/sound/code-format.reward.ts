import { codeFormat, type Reward } from "reasoning-lab";

export const javascript: Reward = ({ completion }) => codeFormat(completion, { language: "javascript" });
