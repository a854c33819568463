/** Completions whose thinking has a budget. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { testEngine } from "../engine/engine.testing";
import { newPolicy, type Policy } from "../models/policy";
import { randomStream } from "../shared/random";
import { splitReasoning } from "../verifiers/format/split-reasoning";
import { generate, generateInPieces, plainSampling, type GenerateOptions, type Rollout } from "./generate";
import { thinkingEnd } from "./thinking-budget";

testEngine("simd");

const newModel = (symbols = "abc0123456789+-=;"): Policy =>
  newPolicy(
    {
      num_hidden_layers: 1,
      hidden_size: 16,
      num_attention_heads: 2,
      intermediate_size: 24,
      qk_norm: true,
      max_position_embeddings: 80,
      rope_theta: 10_000,
    },
    Array.from(symbols),
    5,
  );

const budget = 9;
const options = (more: Partial<GenerateOptions> = {}): GenerateOptions => ({
  ...plainSampling,
  num_generations: 6,
  max_completion_length: 40,
  thinking_token_budget: budget,
  random: (group, sample) => randomStream("thinking", group, sample),
  ...more,
});

/** What was drawn, as a thinking stands in it: tokens behind its opening tag up to what was inserted. */
function forcedAt({ learnt, completion }: Rollout, open: number, begun: boolean): number | null {
  const at = learnt?.indexOf(false) ?? -1;
  if (at < 0) return null;
  const opened = begun ? -1 : completion.indexOf(open);
  return at - opened - 1;
}

test("a thinking that comes to its budget is closed there, and all before is what would have been drawn anyway", () => {
  const policy = newModel();
  const { tokenizer } = policy;
  const [open, close, answer] = ["<think>", "</think>", "<answer>"].map((tag) => tokenizer.encode(tag)[0]!);
  const plain = ["a6b+4=", "a1b+2c-3="].map((text) => tokenizer.encode(text));
  // In the second case the prompt begins the thinking, as templates do.
  for (const begun of [false, true]) {
    const prompts = begun ? plain.map((prompt) => [...prompt, open!]) : plain;
    const free = generate(policy, prompts, options({ thinking_token_budget: undefined, num_generations: 40 }));
    const kept = generate(policy, prompts, options({ num_generations: 40 }));
    let forced = 0;
    kept.forEach((rollout, index) => {
      const whole = Array.from(free[index]!.completion);
      const own = Array.from(rollout.completion);
      const at = rollout.learnt?.indexOf(false) ?? -1;
      if (at < 0) {
        expect(own).toEqual(whole);
        const opened = begun ? -1 : whole.indexOf(open!);
        if (!begun && opened < 0) return;
        const closed = whole.indexOf(close!, opened + 1);
        const thought = (closed < 0 ? whole.length : closed) - opened - 1;
        expect(thought).toBeLessThanOrEqual(budget);
        return;
      }
      forced++;
      expect(forcedAt(rollout, open!, begun)).toBe(budget);
      expect(own.slice(0, at)).toEqual(whole.slice(0, at));
      expect(own.slice(at, at + 2)).toEqual([close, answer].slice(0, own.length - at));
      expect(rollout.learnt).toEqual(own.map((_, token) => token < at || token > at + 1));
      expect(Array.from(rollout.logprobs.slice(at, at + 2)).every((value) => value === 0)).toBe(true);
      expect(splitReasoning(`${begun ? "<think>" : ""}${tokenizer.decode(own)}`).thinking).not.toBeNull();
    });
    expect(forced).toBeGreaterThan(3);
  }
});

test("a budget gives the same bits in pieces of any size, with stop strings beside it", () => {
  const policy = newModel();
  const open = policy.tokenizer.encode("<think>");
  const prompts = ["a6b+4=", "a1b+2c-3=", "b9"].map((text) => [...policy.tokenizer.encode(text), ...open]);
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 30 }),
      fc.constantFrom([], ["12", "+3"], ["="]),
      (thinking_token_budget, stop_strings) => {
        const all = options({ thinking_token_budget, stop_strings });
        const pieces = generateInPieces(policy, prompts, all, 1e-9);
        let looks = 0;
        for (;;) {
          const piece = pieces.next();
          if (piece.done === true) {
            expect(piece.value).toEqual(generate(policy, prompts, all));
            break;
          }
          looks++;
        }
        expect(looks).toBeGreaterThan(2);
      },
    ),
    { numRuns: 25 },
  );
});

test("what closes a thinking has to be of its tags, and of what the model can write", () => {
  const { tokenizer } = newModel();
  const prompt = tokenizer.encode("a1=");
  expect(thinkingEnd(tokenizer, {}, prompt).ids).toEqual([
    ...tokenizer.encode("</think>"),
    ...tokenizer.encode("<answer>"),
  ]);
  expect(thinkingEnd(tokenizer, { reasoning_end_str: "=</think>" }, prompt).ids).toEqual(tokenizer.encode("=</think>"));
  expect(() => thinkingEnd(tokenizer, { reasoning_end_str: "so</reason>" }, prompt)).toThrow(
    /does not close the thinking/,
  );
  expect(() => thinkingEnd(tokenizer, { reasoning_end_str: "Time is up</think>" }, prompt)).toThrow(
    /cannot close a thinking/,
  );
});
