import { expect, test } from "vitest";
import { forms } from "./forms";
import { characterOf, type Scorer, type Target } from "./held-to-laws";

/** A prompt of a task that writes its answers between tags, with thinking in which the answer stands as well. */
const target: Target = {
  subject: {
    prompt: "7+8=",
    answer: "15",
    row: {},
    from: "task",
    gold: null,
    language: null,
    rollouts: [],
    isRight: (answer) => answer === "15",
  },
  thinking: "7+8=15",
  wrong: ["16", "14"],
  forms: forms.filter(({ id }) => id === "tags"),
};

const scorer = (paid: (text: string) => boolean): Scorer => ({
  reward: "correct",
  outcome: ({ text }) => ({ kind: "score", score: paid(text) ? 1 : 0, extras: {} }),
});

test("a reward that pays the asked form too is not said to refuse it, however much else it takes for right", () => {
  const character = characterOf(
    scorer((text) => text.includes("15")),
    [target],
  );
  expect(character).toMatchObject({ pays: "answer", askedUnpaid: null });
});

test("a reward that pays the gold answer in another form alone is said to", () => {
  const character = characterOf(
    scorer((text) => text.includes("\\boxed{15}")),
    [target],
  );
  expect(character).toMatchObject({ pays: "answer", form: "boxed", askedUnpaid: { asked: "tags", gold: 0, paid: 1 } });
});
