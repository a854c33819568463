import type { Reward } from "reasoning-lab";

const form = /^<think>[^<]*<\/think><answer>(\d+)<\/answer>$/;

/** 1 where the whole completion has the form and the answer is right. */
export const correct: Reward = ({ completion, answer }) => (form.exec(completion)?.[1] === answer ? 1 : 0);
