/** How recipes name models of the Hugging Face Hub. */

export interface HubName {
  /** `ORG/NAME`. */
  readonly repo: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

const written = /^hf:([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w.-]*))?$/;

/** How a recipe may say that its checkpoint is a model of the Hub. */
export const isHub = (checkpoint: string): boolean => checkpoint.startsWith("hf:");

/** What `hf:ORG/NAME` or `hf:ORG/NAME@REVISION` names; null: it is not written so. */
export function hubNameOf(checkpoint: string): HubName | null {
  const [, repo, revision = "main"] = written.exec(checkpoint) ?? [];
  return repo === undefined ? null : { repo, revision };
}

export const hubText = ({ repo, revision }: HubName): string =>
  revision === "main" ? `hf:${repo}` : `hf:${repo}@${revision}`;

export const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** Whether a text can be a token of the Hub: visible characters of ASCII. */
export const isHubToken = (text: string): boolean => /^[\x21-\x7e]{1,1000}$/.test(text);
