/** Links to the curves of a run: `vscode://reasoning-lab.reasoning-lab/curves?run=…&in=…&stage=…&step=…`. Whoever sends one is not trusted. */
import * as z from "zod";
import { UserError } from "../../server/shared/user-error";

/** What cannot be seen, or ends a path where somebody does not expect it. */
const plain = /^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]*$/;

/** A folder of this machine: a path that names another one would tell it who looks. */
const localFolder = /^(?:\/(?![/\\])|[A-Za-z]:[\\/](?![\\/]))/;

const linkSchema = z.strictObject({
  /** Name of the run folder. */
  run: z
    .string()
    .max(255)
    .regex(/^(?!\.{1,2}$)[^/\\:]+$/)
    .regex(plain),
  /** Workspace folder that the run is in. */
  in: z.string().max(1000).regex(localFolder).regex(plain).optional(),
  stage: z
    .string()
    .max(200)
    .regex(/^(?:\*|[a-z0-9][a-z0-9-]*)$/)
    .optional(),
  step: z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .optional(),
});
export type CurvesLink = z.output<typeof linkSchema>;

const page = "/curves";

/** Longest link that is looked at. */
const mostCharacters = 4000;

/** Throws an Error for people where it is none that {@link linkTo} makes. */
export function parseLink({ path, query }: { readonly path: string; readonly query: string }): CurvesLink {
  const bad = new UserError("This link is not one to the curves of a run: nothing was opened.");
  if (path !== page || query.length > mostCharacters) throw bad;
  const given = [...new URLSearchParams(query)];
  if (new Set(given.map(([name]) => name)).size !== given.length) throw bad;
  const parsed = linkSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw bad;
  return parsed.data;
}

export interface LinkPlace {
  readonly run: string;
  readonly workspaceFolder: string;
  readonly stage: string | null;
  readonly step: number | null;
}

/** `scheme`: of this editor; `extension`: publisher and name. */
export function linkTo(scheme: string, extension: string, { run, workspaceFolder, stage, step }: LinkPlace): string {
  const query = new URLSearchParams({
    run,
    ...(localFolder.test(workspaceFolder) && plain.test(workspaceFolder) ? { in: workspaceFolder } : {}),
    ...(stage === null ? {} : { stage }),
    ...(step === null ? {} : { step: String(step) }),
  });
  return `${scheme}://${extension}${page}?${query.toString()}`;
}
