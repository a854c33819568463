/** The checkpoint that somebody talks to: one a window, in a process of its own, with what was drawn of late. */
import type { FromPlayground, LoadedModel, PlayAnswer, PlayRow, ToPlayground } from "../protocol/playground";
import { startPlayground, type PlaygroundChild, type PlaygroundQuestion } from "../processes/playground-child";
import type { Installation } from "../processes/installation";
import { UserError } from "../shared/user-error";

type Load = Omit<Extract<ToPlayground, { type: "load" }>, "id" | "type">;
type Draw = Omit<Extract<ToPlayground, { type: "sample" }>, "id" | "type">;
type Asked = Draw["asked"];

interface Held {
  readonly key: string;
  readonly child: PlaygroundChild;
  readonly model: Promise<LoadedModel>;
}

interface Drawing {
  readonly parts: (readonly PlayAnswer[])[];
  readonly stop: AbortController;
  done: boolean;
  problem: string | null;
  /** Those who wait for news. */
  wake: (() => void)[];
}

export interface DrawnNews {
  readonly answers: PlayAnswer[];
  readonly parts: number;
  readonly done: boolean;
  readonly problem: string | null;
}

export interface Playground {
  /** Loads a checkpoint, in place of the one that is held; the same once. Throws an Error for people where it cannot be loaded. */
  open(load: Load): Promise<LoadedModel>;
  see(load: Load, asked: Asked): Promise<{ readonly text: string; readonly ids: number[] }>;
  row(load: Load, number: number): Promise<PlayRow>;
  readWritten(load: Load, asked: Asked, text: string): Promise<PlayAnswer>;
  /** Returns a ticket at once. */
  draw(load: Load, draw: Draw): number;
  /** Waits a moment for news of a drawing. Throws where it is not known any more. */
  drawn(ticket: number, from: number): Promise<DrawnNews>;
  stop(ticket: number): void;
  close(): void;
}

/** Drawings that are remembered. */
const kept = 8;
/** Milliseconds after which who waits for news is told that there are none. */
const patience = 1000;
/** Milliseconds without a question after which the process ends and its memory is free; the next question loads the checkpoint again. */
const idle = 15 * 60_000;

export function openPlayground(installation: Installation, log: (text: string) => void): Playground {
  let held: Held | null = null;
  let resting: NodeJS.Timeout | null = null;
  let lastTicket = 0;
  const drawings = new Map<number, Drawing>();

  const end = (): void => {
    held?.child.kill();
    held = null;
  };
  const rest = (): void => {
    if (resting !== null) clearTimeout(resting);
    resting = setTimeout(end, idle).unref();
  };

  const hold = (load: Load): Held => {
    rest();
    const key = JSON.stringify([load.checkpoint, load.engine, load.recipe, load.recipeFolder]);
    if (held?.key === key) return held;
    end();
    const child = startPlayground(installation, log);
    const model = answerOf(child, { type: "load", ...load }, "loaded").then((said) => said.model);
    const own: Held = { key, child, model };
    held = own;
    // One that failed, or whose process is gone, is tried again.
    model.catch(() => {
      if (held === own) end();
    });
    return own;
  };

  const asking = async <T extends FromPlayground["type"]>(
    load: Load,
    question: PlaygroundQuestion,
    type: T,
  ): Promise<Extract<FromPlayground, { type: T }>> => {
    const own = hold(load);
    await own.model;
    return answerOf(own.child, question, type).catch((error: unknown) => {
      throw given(own, error);
    });
  };
  /** A process that has ended answers nothing any more: the next question starts another. */
  const given = (own: Held, error: unknown): unknown => {
    if (held === own && own.child.ended()) end();
    return error;
  };

  const work = async (drawing: Drawing, load: Load, draw: Draw): Promise<void> => {
    const own = hold(load);
    const woken = (): void => {
      for (const wake of drawing.wake.splice(0)) wake();
    };
    try {
      await own.model;
      await own.child.ask(
        { type: "sample", ...draw },
        (message) => {
          if (message.type !== "drawn") return;
          drawing.parts.push(message.answers);
          woken();
        },
        drawing.stop.signal,
      );
    } catch (error) {
      given(own, error);
      drawing.problem = error instanceof Error ? error.message : String(error);
    }
    drawing.done = true;
    woken();
  };

  return {
    open: (load) => hold(load).model,
    see: (load, asked) => asking(load, { type: "see", asked }, "seen"),
    row: async (load, number) => (await asking(load, { type: "row", number }, "row")).row,
    async readWritten(load, asked, text) {
      const { answers } = await asking(load, { type: "read", asked, text }, "drawn");
      return answers[0]!;
    },
    draw(load, draw) {
      const ticket = ++lastTicket;
      const drawing: Drawing = { parts: [], stop: new AbortController(), done: false, problem: null, wake: [] };
      drawings.set(ticket, drawing);
      for (const old of [...drawings.keys()].slice(0, -kept)) drawings.delete(old);
      void work(drawing, load, draw);
      return ticket;
    },
    async drawn(ticket, from) {
      rest();
      const drawing = drawings.get(ticket);
      if (!drawing) throw new UserError("These answers are not known any more. Sample again.");
      if (!drawing.done && drawing.parts.length <= from)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, patience);
          drawing.wake.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      const { parts, done, problem } = drawing;
      return { answers: together(parts.slice(from)), parts: parts.length, done, problem };
    },
    stop: (ticket) => drawings.get(ticket)?.stop.abort(),
    close: () => {
      if (resting !== null) clearTimeout(resting);
      end();
    },
  };
}

/** Several parts as one: the tokens of all, text and end of the last. */
function together(parts: readonly (readonly PlayAnswer[])[]): PlayAnswer[] {
  const last = parts.findLast((part) => part.length > 0);
  return (last ?? []).map((answer, index) => ({
    ...answer,
    tokens: parts.flatMap((part) => part[index]?.tokens ?? []),
  }));
}

async function answerOf<T extends FromPlayground["type"]>(
  child: PlaygroundChild,
  question: PlaygroundQuestion,
  type: T,
): Promise<Extract<FromPlayground, { type: T }>> {
  const said: { message?: Extract<FromPlayground, { type: T }> } = {};
  const isWanted = (message: FromPlayground): message is Extract<FromPlayground, { type: T }> => message.type === type;
  await child.ask(question, (message) => {
    if (isWanted(message)) said.message = message;
  });
  if (!said.message) throw new Error(`The checkpoint's process answered "${question.type}" with something else.`);
  return said.message;
}
