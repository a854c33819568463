// Fault: nearly everything has the highest score, so groups have no spread and nothing is learnt.
// Source: https://github.com/verl-project/verl/pull/5228
// Caught by: ceiling
import { type Reward } from "reasoning-lab";

export const written: Reward = ({ completion }) => (completion.trim() === "" ? 0 : 1);
