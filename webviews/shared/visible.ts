/** Texts of models and data, with the characters that nobody would see in them named. They go in as text, never as markup. */
import { html, t } from "./l10n";
import type { TemplateResult } from "lit";
import { seenParts } from "../../server/shared/unseen";

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
