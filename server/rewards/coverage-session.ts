/** Counts what runs of a module, by V8. It is begun before user code is loaded, and out of its reach from then on. */
import { Session } from "node:inspector";
import * as z from "zod";
import { scriptCoverageSchema, type FunctionCoverage } from "../protocol/coverage";
import { internalsModule } from "./native-doors";

/** Asks V8 one thing; what it says comes at once. */
type Post = (method: string, params?: object) => unknown;

export interface CoverageSession {
  /** How often what of this module ran since the last time. */
  take(url: string): FunctionCoverage[];
}

const connectionSchema = z.object({ inspector: z.object({ Connection: z.custom<NativeConnection>() }) });

interface NativeConnection {
  new (hear: (message: string) => void): object;
  readonly prototype: { readonly dispatch: (this: object, message: string) => void };
}

const answerSchema = z.object({
  id: z.number(),
  result: z.unknown(),
  error: z.object({ message: z.string() }).optional(),
});

/** By the native connection itself: its methods are closed to everybody once doors are, but for who took them before. */
function nativePost(): Post | null {
  const internals: unknown = process.getBuiltinModule(internalsModule);
  const binding: unknown =
    typeof internals === "object" && internals !== null ? Reflect.get(internals, "internalBinding") : null;
  if (typeof binding !== "function") return null;
  const inspector: unknown = Reflect.apply(binding, undefined, ["inspector"]);
  const { Connection } = connectionSchema.parse({ inspector }).inspector;
  const { dispatch } = Connection.prototype;
  let heard: unknown = null;
  const parse: (text: string) => unknown = JSON.parse;
  const connection = new Connection((message) => {
    heard = parse(message);
  });
  let id = 0;
  return (method, params = {}) => {
    heard = null;
    Reflect.apply(dispatch, connection, [JSON.stringify({ id: ++id, method, params })]);
    const answer = answerSchema.parse(heard);
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  };
}

/** Where nothing of Node is closed. */
function sessionPost(): Post {
  const session = new Session();
  session.connect();
  return (method, params = {}) => {
    let answer: unknown = null;
    session.post(method, params, (error: Error | null, result?: object) => {
      if (error) throw error;
      answer = result;
    });
    return answer;
  };
}

const takenSchema = z.object({ result: z.array(z.unknown()) });
const urlSchema = z.object({ url: z.string() });

/** Begins to count. Throws where this process may not. */
export function startCoverage(): CoverageSession {
  const post = nativePost() ?? sessionPost();
  post("Profiler.enable");
  post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    take(url) {
      const { result } = takenSchema.parse(post("Profiler.takePreciseCoverage"));
      const own = result.find((script) => urlSchema.safeParse(script).data?.url === url);
      return own === undefined ? [] : scriptCoverageSchema.parse(own).functions;
    },
  };
}
