// Fault: a package that the project does not have: found out when the run begins.
// Source: https://github.com/huggingface/open-r1/issues/215
// Caught by: missing-import
import { parse } from "latex-equation-checker-that-nobody-installed";
import { type Reward } from "reasoning-lab";

export const correct: Reward = ({ completion, answer }) => (parse(completion) === parse(answer) ? 1 : 0);
