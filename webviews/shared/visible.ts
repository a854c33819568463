/** Texts of models and data, with the characters that nobody would see in them named. They go in as text, never as markup. */
import { html, t } from "./l10n";
import { nothing } from "lit";
import type { TemplateResult } from "lit";
import { named, seenParts } from "../../server/shared/unseen";

/** Characters of a name that stand where a line has room. */
const mostOfName = 120;

/** A name of data, where nothing but plain text can stand (tooltips, titles of charts, names for screen readers): {@link named}, and cut where no line is long enough. */
export const plainName = (name: string): string =>
  name.length > mostOfName ? `${named(name.slice(0, mostOfName).toWellFormed())}…` : named(name);

/**
 * The name is drawn by the style sheet before the character, which is there and has no size: what is copied and searched is the text. Each is isolated,
 * so that none turns around what stands behind it.
 */
export const visible = (text: string): (string | TemplateResult)[] =>
  seenParts(text).map((part) =>
    part.name === null
      ? part.text
      : html`<bdi class="unseen" data-name=${part.name} title=${t("Invisible character: {0}", part.name)}
          ><span>${part.text}</span></bdi
        >`,
  );

/** A name with parts (`stages.cold-start.steps`), which goes on in another line where a part ends. */
export const breakable = (name: string): unknown[] =>
  name.split(/(?<=[./_#])/).map((part, at) => html`${at === 0 ? nothing : html`<wbr />`}${visible(part)}`);
