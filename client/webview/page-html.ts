import { textsName } from "../../server/protocol/webviews";

/** What the HTML of a page is made of. */
export interface PageParts {
  readonly title: string;
  readonly nonce: string;
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** Of VS Code's display language, where it is not English. */
  readonly language: string;
  /** Texts of the pages in that language, by the English ones. */
  readonly texts: Readonly<Record<string, string>>;
}

/** A text as an attribute's value. */
const attribute = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * The document of a page: one script with the nonce, styles and the icon font from the extension's own folder, and nothing else. Styles that the page
 * sets on its own go through the CSS object model and constructed style sheets, which the policy allows without `unsafe-inline`.
 */
export function pageHtml({ title, nonce, cspSource, script, style, language, texts }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource}`,
    `font-src ${cspSource}`,
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${attribute(language)}">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1.0" />
    <meta name="${textsName}" content="${attribute(JSON.stringify(texts))}" />
    <link rel="stylesheet" href="${style}" />
    <title>${title}</title>
  </head>
  <body>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>`;
}
