import type { Reward } from "reasoning-lab";
import { runJavaScript, runPython } from "reasoning-lab";

/** Takes a while, so that its process is ended in the middle. */
export const patient: Reward = ({ completion }) => {
  for (const end = Date.now() + 15; Date.now() < end;);
  return (completion.length % 5) / 5;
};

/** What programs say of a completion, in both languages. */
export const programmed: Reward = async ({ completion }) => {
  const text = JSON.stringify([...completion].filter((character) => /[0-9]/.test(character)).join(""));
  const [python, javascript] = await Promise.all([
    runPython(`print(sum(int(digit) for digit in ${text}))`, { timeout: 60 }),
    runJavaScript(`console.log(${text}.length)`, { timeout: 60 }),
  ]);
  return (Number(python.stdout) + Number(javascript.stdout)) / 100;
};
