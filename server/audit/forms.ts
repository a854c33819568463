/** How a right answer is written: the forms that rewards ask for. */
import type { Subject } from "./subject";

export interface Form {
  readonly id: "tags" | "lines" | "boxed" | "hashes" | "sentence" | "bare" | "code";
  readonly write: (thinking: string, answer: string) => string;
}

const code = (language: string): Form => ({
  id: "code",
  write: (thinking, answer) => `<think>\n${thinking}\n</think>\n\`\`\`${language}\n${answer}\n\`\`\``,
});

export const forms: readonly Form[] = [
  { id: "tags", write: (thinking, answer) => `<think>${thinking}</think><answer>${answer}</answer>` },
  { id: "lines", write: (thinking, answer) => `<think>\n${thinking}\n</think>\n<answer>\n${answer}\n</answer>` },
  { id: "boxed", write: (thinking, answer) => `<think>\n${thinking}\n</think>\n\nThe answer is \\boxed{${answer}}.` },
  { id: "hashes", write: (thinking, answer) => `${thinking}\n#### ${answer}` },
  { id: "sentence", write: (thinking, answer) => `${thinking}\nThe answer is ${answer}` },
  { id: "bare", write: (_thinking, answer) => answer },
];

/** Forms that may be meant, likeliest first: one alone where the task writes it itself or its prompts name it. */
export function askedForms(subject: Subject, asked: string): readonly Form[] {
  if (subject.language !== null) return [code(subject.language)];
  const { gold } = subject;
  if (gold !== null) {
    const written = formOf(gold, subject.answer);
    if (written) return [written];
  }
  const named = forms.filter(({ id }) =>
    id === "boxed"
      ? asked.includes("\\boxed")
      : id === "hashes"
        ? asked.includes("####")
        : (id === "tags" || id === "lines") && asked.includes("<answer>"),
  );
  return named.length > 0 ? named : forms;
}

/** The form in which a completion gives its answer; null: another one. */
export function formOf(completion: string, answer: string): Form | null {
  const thinking = /<think>\s*([\s\S]*?)\s*<\/think>/.exec(completion)?.[1] ?? "";
  return forms.find(({ write }) => write(thinking, answer) === completion) ?? null;
}
