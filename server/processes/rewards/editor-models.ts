/** How this process asks a model of the editor; where there is no editor, it cannot. */
import type { ChatMessage } from "../../protocol/conversation";

/** `model`: id, family or name of one. Rejects with an Error for people. */
export type AskEditorModel = (model: string, messages: readonly ChatMessage[], signal: AbortSignal) => Promise<string>;

let asker: AskEditorModel | null = null;

export const setEditorModels = (ask: AskEditorModel | null): void => void (asker = ask);
export const editorModels = (): AskEditorModel | null => asker;
