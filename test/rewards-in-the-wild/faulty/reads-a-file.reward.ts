// Fault: gold answers are read from a file, which a reward has not: in training there is another machine, and another folder.
// Source: https://github.com/verl-project/verl/issues/4545
// Caught by: does-not-load
import { readFileSync } from "node:fs";
import { type Reward } from "reasoning-lab";

const gold = JSON.parse(readFileSync("gold.json", "utf8")) as Record<string, string>;

export const correct: Reward = ({ prompt, completion }) => (completion === gold[prompt] ? 1 : 0);
