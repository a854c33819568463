/**
 * The process that reads recorded rollouts for the language server (`dist/trace-process.js`): SQLite and whatever counts over all rollouts run here, and what
 * has rewards score them again. It answers one question after the other, and is ended where one takes too long.
 */
import { setFlagsFromString } from "node:v8";
import { traceAnswers } from "./language/trace-answers";
import { traceAskedSchema, type TraceAnswered } from "./protocol/trace-questions";
import { openParentChannel } from "./shared/parent-channel";
import { readMessage } from "./shared/read-message";
import { toldOf } from "./shared/user-error";

// A regular expression that tries too many ways is matched by V8's other engine, which takes time by the length of the text alone.
setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");

const answers = traceAnswers({ distFolder: __dirname });

async function answered(data: unknown): Promise<TraceAnswered | null> {
  const asked = readMessage(traceAskedSchema, data);
  if (asked === null) return null;
  const { id, question, params } = asked;
  try {
    return { id, answer: await answers(question, params), message: null };
  } catch (error) {
    return { id, answer: null, message: toldOf(error, "Reload the window; if it stays so, please report it.") };
  }
}

const send = openParentChannel((data) => {
  void answered(data).then((reply) => {
    if (reply !== null) send(reply);
  });
});
