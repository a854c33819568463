// Fault: lazy repeats for everything, not anchored: tags that never close make each start look through all of the rest, three times over.
// Source: https://github.com/MasterVito/SvS/issues/3
// Caught by: slow-expression
import { type Reward } from "reasoning-lab";

const form = /<think>[\s\S]*?<\/think>[\s\S]*?<answer>[\s\S]*?<\/answer>[\s\S]*?<end>/;

export const formed: Reward = ({ completion }) => (form.test(completion) ? 1 : 0);
