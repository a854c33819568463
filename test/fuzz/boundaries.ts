/** What crosses between processes, by its schema. */
import * as z from "zod";
import { methods } from "../../server/protocol/methods";
import { metricsRowSchema } from "../../server/protocol/metrics";
import { fromRewardProcessSchema, toRewardProcessSchema } from "../../server/protocol/rewards";
import { runRecordSchema } from "../../server/protocol/run";
import { fromSandboxSchema, toSandboxSchema } from "../../server/protocol/sandbox";
import { fromSupervisorSchema, toSupervisorSchema } from "../../server/protocol/supervisor";
import { traceAnsweredSchema, traceQuestions } from "../../server/protocol/trace-questions";
import { rolloutWithRowSchema } from "../../server/protocol/traces";
import { fromTrainerSchema, toTrainerSchema } from "../../server/protocol/trainer";
import { pageStateSchema } from "../../server/protocol/webviews";

/** Parameters and answers of every method, by its name. */
const asked: Readonly<Record<string, z.ZodType>> = Object.fromEntries(
  Object.entries(methods).flatMap(([name, { params, result }]): [string, z.ZodType][] => [
    [`params of ${name}`, params],
    // Within an object: an answer may be null, which for `readMessage` is none.
    ...(result === null ? [] : [[`answer of ${name}`, z.object({ answer: result })] as [string, z.ZodType]]),
  ]),
);

export const boundaries = {
  ...asked,
  toRewardProcess: toRewardProcessSchema,
  fromRewardProcess: fromRewardProcessSchema,
  toSandbox: toSandboxSchema,
  fromSandbox: fromSandboxSchema,
  toTrainer: toTrainerSchema,
  fromTrainer: fromTrainerSchema,
  toSupervisor: toSupervisorSchema,
  fromSupervisor: fromSupervisorSchema,
  pageState: pageStateSchema,
  metricsRow: metricsRowSchema,
  runRecord: runRecordSchema,
  rollout: rolloutWithRowSchema,
  traceAnswered: traceAnsweredSchema,
  askedOfGroups: traceQuestions.groups.params,
  askedOfPairs: traceQuestions.labelPairs.params,
  askedOfExamples: traceQuestions.behaviourExamples.params,
} as const satisfies Readonly<Record<string, z.ZodType>>;
